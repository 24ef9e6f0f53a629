"""The server on this machine that speaks the platforms' protocols: for the demo, for training, for the tests."""
