"""What people are told, and how it reaches them: notices read off the audit log, mail and webhooks."""
