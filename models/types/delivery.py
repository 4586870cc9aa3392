"""What can be said of one copy for one recipient; a module of its own, because the first frame needs it early."""

from enum import StrEnum


class DeliveryState(StrEnum):
    """The ladder of R11. Terminal: sent, delivered, bounced, failed, cancelled, unsure (until a human decides)."""

    HELD = "held"  # until hold_until; undo takes it back
    QUEUED = "queued"  # next_try_at says when
    SENDING = "sending"  # claimed; nothing has been promised by the server
    IN_DATA = "in_data"  # committed before the final dot: a crash from here on is unsure
    SENT = "sent"  # the server accepted it
    DELIVERED = "delivered"  # a success report came, or it was shown in the program
    BOUNCED = "bounced"  # a report came after acceptance
    FAILED = "failed"  # refused for good
    UNSURE = "unsure"  # may have been accepted; never resent by itself
    CANCELLED = "cancelled"
