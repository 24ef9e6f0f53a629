"""The web site: a view reads a request, calls one use case and fills in a template."""
