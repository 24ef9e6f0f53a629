"""A submission and the decisions on it, with all that a decision is made by.

submit: handing a post in: check, render, keep the bytes
review: confirm, endorse, approve, return, countersign
undone: taking approvals back within ten seconds
withdrawing: taking back what is not out
comments: a sentence of the author or the office at a place in a submission
mentions: calling somebody in a comment
suggestions: a change of the author's own text that somebody else proposes
returned: what came back to its author and is still to be mended
compare: a submission beside what a person knows of the same post
preview: a post as every channel will show it, in one file
pictures: the prepared pictures, to staff and to the public
sheet: the 起案 sheet
picture_records: the city's pictures for people, and what the office writes down of each
subject: a post as the checks are shown it
recent: texts that went out of late or are to go out, for the checks
timetable: by what a wished time is looked at
"""
