"""How much of one mail is read. What lies beyond is kept raw and the mail is marked "not fully parsed" (R2)."""

DEPTH = 20  # multiparts and messages inside each other
PARTS = 500
EXPANDED_BYTES = 64 * 1024 * 1024  # decoded parts looked into (TNEF, uuencode, encoded messages)
HEADER_BYTES = 2_000_000  # of one header
HEADER_VALUE = 64 * 1024  # characters of one header field that are decoded
MAILBOXES = 2000  # addresses of one field
IDS = 5000  # Message-IDs of one field
TEXT = 2_000_000  # characters of readable text
TEXT_BYTES = 8_000_000  # of one part, still encoded, that are read as text
NOT_FULLY_PARSED = "not fully parsed"
