"""What people write as YAML: read as text with its place, nothing is guessed, and whoever needs a number asks for one."""
