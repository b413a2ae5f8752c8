"""The L7 data plane: load balancers that really listen, and web ACLs that really block.

It runs on a snapshot (``kernel.traffic``) that is swapped whole: no database and no service stand in a request's way,
and while none of them is there it serves on. ``exchanges`` tells the life of a request.
"""
