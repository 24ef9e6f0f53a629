"""What all use cases stand on.

context: configuration, time, content, templates, channels, rules
office_rules: the blackouts that the office has entered
transition: moving a state along its machine
pruning: what nobody needs any more
steps: whether the database has the shape that the program works with
audit: who did what, each entry chained to the one before
signing: the key that signs the audit log's days
days: closing the audit log's days, and checking them
"""
