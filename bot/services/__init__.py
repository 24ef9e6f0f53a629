"""The use cases. Only these open a transaction.

training: a guided first day in a practice
practice: a clock that people move, where nothing leaves this machine
runner: wakes all others
pages, telling: what is read, and what people are told
handing_in: the entrances of a post
approval: a submission and the decisions on it
delivery, paper: what goes out to the networks, and into the newsletter
people, files: who acts, and whether the files are still what was submitted
records: what all of them stand on

A room imports those below it only; each lists its modules in its own docstring.
"""
