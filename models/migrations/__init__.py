"""Alembic migrations; run when the database is behind, after a copy was made."""
