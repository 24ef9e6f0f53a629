"""The ways by which people are told: e-mail and chat hooks."""
