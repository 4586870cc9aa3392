"""Wait, repeat, renew, restart: sender, fetcher, supervisor."""
