"""`vauban`: one file per command."""
