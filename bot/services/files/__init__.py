"""What was submitted and seen, against the files as they are now."""
