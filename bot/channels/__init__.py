"""One folder is one channel: what it takes, its client, its platform in the sandbox, its template. See docs/adr/0012."""
