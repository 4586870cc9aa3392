"""What a rule answers to nearly every mail, made once: a dozen such answers stand with each message."""

from functools import lru_cache

from models.types.routing import Tried


@lru_cache(256)
def no(rule: str, because: str) -> Tried:
    """Say that a rule did not apply. ``because``: one of few sentences, nothing of the mail."""
    return Tried(rule, "no", because)
