"""The nouns that every room speaks of. Imports nothing of vauban and does no I/O."""
