"""Who may do what, and the two state machines, as data."""
