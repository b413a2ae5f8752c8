"""Who asks: accounts, users, access keys and sessions, and the signatures that prove them."""
