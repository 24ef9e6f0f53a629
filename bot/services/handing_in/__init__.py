"""The entrances of a post: a commit, the form in the browser, a package from another network."""
