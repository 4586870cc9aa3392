"""SQL, sessions, claims, leases, search, the change feed.

Empty on purpose: the first screen reads through ``plain`` and must not import the ORM.
"""
