"""What every channel that sends stands on: the engine's terms, the wire, limits, recognising a post again."""
