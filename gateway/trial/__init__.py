"""Try a mail account step by step before it is kept; know nothing of the database (B5)."""
