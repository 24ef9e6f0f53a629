"""Who may sign in, and by which key.

accounts: invitations, roles, personal tokens
signing_in: log-ins, passwords and second factors
"""
