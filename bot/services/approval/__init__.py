"""A submission and the decisions on it, with everything that a decision is made by."""
