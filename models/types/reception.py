"""Whether mail for an address is taken at the door."""

from enum import StrEnum


class Reception(StrEnum):
    """What a listener answers to one recipient."""

    TAKEN = "taken"
    UNKNOWN = "unknown"  # our domain, nobody there
    FOREIGN = "foreign"  # not our domain: that would be relaying
    UNUSABLE = "unusable"  # not an address
