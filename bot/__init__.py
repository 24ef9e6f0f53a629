"""dxbot: digital leaders write in Markdown, the PR office approves, every channel gets it exactly once."""
