"""What people are told, and how it reaches them.

half: threads of which only a part is out
kinds: what there is to tell, to whom, how soon
lines: the sentence for it, and the page
talk: whom a comment or a suggestion calls, and what it says
notices: read off the audit log, one for each address
messages: several notices for one address in one message, each sent once
notifier: wakes the sending
watchman: whether publishers live and what is due goes out, looked at from another process
alarms: what the watchman found, told person by person until somebody has seen it
memory: the same in a file, while the database is away
heads: the audit log's signed days, pushed to a branch
faults: what a part of this process fails at
watch: tells that rules and other shared files cannot be read before anything is due
"""
