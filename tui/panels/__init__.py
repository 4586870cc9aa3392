"""Places on the screen: record list, thread, composer, status; each re-reads what it shows."""
