"""What was submitted and seen, against the files as they are now.

freshness: do the files still give what was submitted
spoilt: what is wrong with the shared files as they are read
viewed: who had which submission before their eyes
"""
