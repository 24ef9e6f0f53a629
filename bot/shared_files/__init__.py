"""The files that all posts share, and the forms that they have: for the checks, for a sync, and for editors."""
