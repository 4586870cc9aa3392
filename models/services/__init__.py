"""Use cases: one transaction each, all or nothing."""
