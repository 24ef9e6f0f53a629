"""What all use cases stand on.

context: configuration, time, content, templates, channels, rules
waker: APScheduler, waking by time that has passed
office_rules: blackouts that the office has entered, and what it changed of the files' rules
office_texts: sample sentences and sets of hashtags that it offers, over the files'
happenings: a line of the program's log for each thing that happened to a post
approved: which submissions were approved
transition: moving a state along its machine
pruning: what nobody needs any more
steps: whether the database has the shape that the program works with
audit: who did what, each entry chained to the one before
signing: the key that signs the audit log's days
stamps: stamps of time on those days, from an authority
days: closing the audit log's days, and checking them
backup: a copy of the installation in one file, and putting it back
sealed_file: copies that only the holder of a key can read
mark: how far the log was when something last left, kept outside the database
pictures: the city's pictures on record: where each is shown, and until when it may be
soundness: what can be asked of the database itself
"""
