"""The entrances of a post.

sync: the content repository's branch on its way into the queue
intake: one path of a commit: whose it is, and whether it is the same post
push: what a push may bring, before any of it is read
one_set: the shared files of a commit: all in force or none
shared: which files all posts share, and what is wrong with them
sync_report: what a sync did, commit by commit
drafts: writing in the browser
browser: from a draft to a commit, as its writer
branch: reading and writing the content branch for people without git
package: a post between separated networks
"""
