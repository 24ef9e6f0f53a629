"""The entrances of a post.

sync: the content repository's branch on its way into the queue
commits: what each commit changed, and which ones the web site made
intake: one path of a commit: whose it is, and whether it is the same post
push: what a push may bring, before any of it is read
one_set: the shared files of a commit: all in force or none
sync_report: what a sync did, commit by commit
parked: what of a push was not taken, on record
correcting: a correction begun in the browser
copying: a new post from one that is out
drafts: writing in the browser
draft_preview: what the checks say of a draft, and how it would go out
rewording: a word of a draft put right with one press
accepting: taking a suggestion into the draft
picking: a picture of the city's taken into a draft
yearly: a draft from last year's post, some weeks before its day
browser: from a draft to a commit, as its writer
words: the city's own word list, written in the browser by two people
text_changes: sample sentences and sets of hashtags changed by the office
hashtags: such a set, put into a draft
branch: reading and writing the content branch for people without git
package: a post between separated networks
"""
