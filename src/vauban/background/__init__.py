"""What works by the clock or on events, not on a request."""
