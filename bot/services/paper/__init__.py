"""The newsletter: an issue from its column to the printer, and what it printed."""
