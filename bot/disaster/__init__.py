"""What the Meteorological Agency says of this place, as a state, and what that means for the posts.

xml: telegrams are read within bounds, and nothing in them is followed
levels: hazards, levels, the codes of both schemes, and the statuses
telegram: one telegram, whatever its kind
weather, seismic, rivers: what it says of our places, by kind
feed: the Atom feeds, and which of their telegrams to fetch
state: from telegrams to what is in force now
table: schedules/disaster.yml, what is held by what
"""
