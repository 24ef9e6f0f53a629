"""The city's digital strategy as data: its measures and the recommendations, what became of them, figures with source and date."""
