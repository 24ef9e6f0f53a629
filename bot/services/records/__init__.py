"""What all use cases stand on.

context: configuration, time, content, templates, channels, rules
office_rules: the blackouts that the office has entered
happenings: a line of the program's log for each thing that happened to a post
transition: moving a state along its machine
pruning: what nobody needs any more
audit: who did what, each entry chained to the one before
signing: the key that signs the audit log's days
days: closing the audit log's days, and checking them
"""
