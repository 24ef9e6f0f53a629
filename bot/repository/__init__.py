"""The content repository: following its branch, committing to it, reporting back, all by the `git` program."""
