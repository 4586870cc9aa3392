"""Reusable parts that know nothing of records."""
