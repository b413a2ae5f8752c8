"""What AWS would charge for what was done here. Values in, values out: no clock, no store, no trail.

``prices`` are dated data, ``keys`` is what a key costs while it lives, ``requests`` what a call does, ``bills`` all of
it for a month.
"""
