"""The city's digital strategy as data: its measures, what it was advised, what became of both, figures with source."""
