"""Who may sign in, and by which key.

accounts: invitations, roles, personal tokens
first_people: the two with whom an installation begins
grants: roles that decide, given by two people
requests: what people.yml asks for and no operator has accepted
registered: whose a mail address is
hands: who had a hand in a submission, and so may not decide on it
signing_in: log-ins, passwords and second factors
key_check: the secret key against the database that was sealed with it
sealing: what opens a door lies sealed in the database
"""
