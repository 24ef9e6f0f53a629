"""Who may sign in, and by which key.

accounts: invitations, roles, personal tokens
"""
