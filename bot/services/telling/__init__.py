"""What people are told, and how it reaches them.

half: threads of which only a part is out
notices: who is told what, read off the audit log
messages: several notices for one address in one message, each sent once
notifier: wakes the sending
heads: the audit log's signed days, pushed to a branch
watch: tells that rules and other shared files cannot be read before anything is due
"""
