"""Alembic migrations; run by ``store.migrate`` when a database is behind, after a copy was made.

A new version: change ``models.tables``, run ``python -m models.migrations.revise "what changes"``, clean up what it
wrote, raise ``store.migrate.HEAD``. A house test compares tables and migrated schema on both databases.
"""
