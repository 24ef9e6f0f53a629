"""Pictures: made ready for each channel, or drawn."""
