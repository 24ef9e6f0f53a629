"""Other people's code, kept as it came; what was changed stands in NOTICE (ADR 0004)."""
