"""What the office reads and nobody changes.

today: a person's first page: what waits for them, what goes out today
acts: the acts of the audit log in the words of the office
queue: what waits for a decision, and for whom
overview: deliveries in lists: planned, held, in doubt, ended
rules: the rules of time as they are, and who changed what of them
texts: the sample sentences and hashtags that the office offers
calendar: what goes out where, day by day, and what stands against it
history: everything that happened to a post; searching and exporting what was published
post_record: the record of one post, as data
record_redaction: the copy of that record without the names of staff, and what may still be one
record_files: that record as sealed files, and the register of a year
printed_record: that record as one PDF/A-3a with its data attached
achievement: what was achieved, what was not, why, and what comes next, beside what citizens were told
achievement_files: that report as HTML, PDF, CSV and JSON
printed_report: that report on paper, and one page of it for the council
published: what is out, as the public may see it
public_site: the public site as files
public_feeds: what machines read of it
public_search: searching it, where the extra `report` is there
recognition: whether an address, a text or a picture is the city's
public_record: by what a browser finds out the same
connections: each channel's account as it was told last
disasters: whether the agency is heard, what is in force here, which telegrams say so
health: whether a process does its work, for whoever asks
gauges: the figures of the running system, for monitoring
feeds: the calendar in a person's own calendar program
"""
