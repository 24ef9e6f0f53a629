"""Meta's Graph API, which Facebook and Instagram share: the client, and below `sandbox` the service as it behaves."""
