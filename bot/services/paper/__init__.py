"""The newsletter, from the column to the printer.

column: the column of an issue, from what was approved for it
layout: the column's layout, and the copy deadlines
issues: building an issue and releasing it (校了)
issue_desk: what each issue will hold, how it fits, what it waits for
proof_build: building an issue by itself before its copy deadline
errata: 訂正 in the next issue
printed: what the paper really printed
"""
