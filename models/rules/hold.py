"""How long a sent mail waits for the agent to take it back (C5)."""

HOLD_SECONDS = 13  # on the server's clock; three more than shown, so the last second shown can still be taken
HOLD_SHOWN_SECONDS = 10
