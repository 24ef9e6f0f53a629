"""What people are told, and how it reaches them.

half: threads of which only a part is out
notices: who is told what, read off the audit log
messages: several notices for one address in one message, each sent once
notifier: wakes the sending
watch: tells that rules cannot be read before anything is due
"""
