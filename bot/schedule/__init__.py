"""When something may go out: slots, office hours, holidays and blackouts, from files."""
