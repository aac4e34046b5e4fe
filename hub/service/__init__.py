"""The hub as a service: what keeps running until it is told to stop."""
