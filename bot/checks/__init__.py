"""The checks, a module for each family of rules; a rule is data with examples, and a function from a post to findings."""
