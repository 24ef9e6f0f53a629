"""From an approval to a receipt.

scheduling: which part goes out where and when; moving and cancelling
gate: the one last look before anything leaves
outlook: what the gate will say, asked early for the pages
engine: claim, prepare, intent, commit, outcome
calls: what the threads do: prepare, commit, read back
early: preparing before the time comes
sender_pool: threads that take calls and give back answers in batches
savepoints: one of its own for what a batch cannot write
waits: accounts that must wait, and who is told
upkeep: dead workers, missed times, stops
heartbeats: publishers say that they live
workers: several publishers on one PostgreSQL
outgoing: from an approved row to what a channel sends
outcome: what an error's class makes of a delivery
reconcile: reading back what is in doubt, and asking a person
replanning: what did not go out, handed in again unchanged
threads: what stands of a thread that broke, and the three ways on
removal: taking posts down
stale: submissions whose files have changed
pause: the stop switch
blackouts: entering and lifting times in which nothing goes out
ledger: attempts and audit entries of one transaction
"""
