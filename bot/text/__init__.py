"""Japanese text as such: counting as each network counts, cutting into parts, comparing."""
