"""What whoever runs the server can ask, beside AWS's APIs: the operations behind `vauban`'s commands."""
