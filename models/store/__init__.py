"""SQL, sessions, claims, leases, search, the change feed."""
