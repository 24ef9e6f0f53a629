"""What was submitted and seen, against the files as they are now.

freshness: do the files still give what was submitted
viewed: who had which submission before their eyes
"""
