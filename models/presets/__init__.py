"""Mail providers as they are known beforehand, so that an address is enough to set an account up (R20)."""
