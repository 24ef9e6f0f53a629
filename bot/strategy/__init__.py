"""The city's digital strategy as data: its measures, and figures with source and date."""
