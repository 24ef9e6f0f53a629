"""What the office reads and nobody changes: the approval queue, the calendar, what was sent."""
