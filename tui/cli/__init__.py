"""One file a command; each imports what it needs inside, so that --help stays cheap."""
