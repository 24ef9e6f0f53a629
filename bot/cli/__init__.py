"""The commands: each reads its arguments, calls one use case and prints."""
