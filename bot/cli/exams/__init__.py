"""What `dxbot doctor` looks at: small exams, one function each, that change nothing and raise nothing.

exam: what an exam is, and what it tells
installation: what the exams look at: the settings as far as they can be read, and the database
settings: values that cannot be read, names that do not exist, the web site's address and its proxy, the authority of time
machine: system user, file modes, disk, keys, fonts, clock
database: reachable, migrated, guarded; the people in it
content: the shared files and the rules of time; the repository's remote
reach: the pictures' public address, mail server, chat, the city's log-in
accounts: each channel's keys: whose, what they may do, when they end
"""
