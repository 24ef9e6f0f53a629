"""What all use cases stand on: configuration and clock, the audit log, moving a state."""
