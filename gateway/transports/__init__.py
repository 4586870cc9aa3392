"""Say words to a server; know nothing of the database."""
