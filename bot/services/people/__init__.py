"""Who may sign in, and by which key."""
