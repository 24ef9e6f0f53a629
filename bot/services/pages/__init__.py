"""What the office reads and nobody changes.

today: a person's first page: what waits for them, what goes out today
acts: the acts of the audit log in the words of the office
queue: what waits for a decision, and for whom
overview: deliveries in lists: planned, held, in doubt, ended
calendar: what goes out where, day by day, and what stands against it
history: everything that happened to a post; searching and exporting what was published
achievement: what was achieved, what was not, why, and what comes next, beside what citizens were told
achievement_files: that report as HTML, CSV and JSON
connections: each channel's account as it was told last
health: whether a process does its work, for whoever asks
gauges: the figures of the running system, for monitoring
feeds: the calendar in a person's own calendar program
"""
