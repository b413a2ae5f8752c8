"""Keys, ciphertexts, signatures, and how secrets are kept from the disk. Only this room imports ``cryptography``."""
