"""From an approval to a receipt.

scheduling: which part goes out where and when; moving and cancelling
series: posts in order: part 2 never before part 1
preference: free times that are kept for important posts
spacing: how far posts of one account are apart
together: a whole post, a day, what was chosen: moved or cancelled at once
undoing: taking that back for ten seconds
reasons: why what is held is held now
gate: the one last look before anything leaves
consents: a picture's consent that ends holds what is planned with it
outlook: what the gate will say, asked early for the pages
engine: claim, prepare, intent, commit, outcome
connections: what stands behind each channel's keys, kept for the page
spending: what the month has cost, and the cap
proving: whose the keys really are, asked once a day
calls: what the threads do: prepare, commit, read back
timekeeper: whether this machine's clock is right, by the clocks of others
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
corrections: which post a correction puts right, and how
replacing: deleting what a repost stands in for
takedowns: one officer takes a post down, another signs
removal: deleting posts, one by one
vanished: once a day, whether what was published still stands
uploads: hidden pictures that no post uses
stale: submissions whose files have changed
foresight: when each channel would get a post, before it is approved
pause: the stop switch
telegrams: reading the agency's feeds
disasters: what is in force here, made into stops
duty: a stop from a phone, by an address that is used up
rule_changes: the office's own rules of time: less at once, more by two people
rule_outlook: what such a change would do, asked early
rule_faults: what is wrong with it
rule_words: the rules in the words of people
blackouts: entering and lifting times in which nothing goes out
guard: whether this process may send: the mark against the database
rollback: a database behind its mark: the stop, the looks, going on
lookback: what may be out without this database knowing it
ledger: attempts and audit entries of one transaction
"""
