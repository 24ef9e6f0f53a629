"""From an approval to a receipt: when, whether at all, the sending itself, and what becomes of it."""
