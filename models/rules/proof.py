"""Whether our own receiving server proved who sent a mail; From alone proves nothing (R7, RFC 8601)."""

import re
from collections.abc import Sequence

_COMMENT = re.compile(r"\([^()]{0,200}\)")


def proved(auth_results: Sequence[str], authserv_id: str, sender_domain: str) -> bool:
    """Tell whether DMARC passed for the sender's domain, as our server says.

    Only the topmost header counts, and only when it names ``authserv_id`` ("" believes none): those below came with
    the mail and may be forged.
    """
    if not (auth_results and authserv_id and sender_domain):
        return False
    server, _, results = _COMMENT.sub(" ", auth_results[0]).partition(";")
    words = server.split()
    if not words or words[0].lower() != authserv_id.lower():
        return False
    return any(_passes(result.split(), sender_domain) for result in results.lower().split(";"))


def _passes(words: list[str], sender_domain: str) -> bool:
    return words[:1] == ["dmarc=pass"] and f"header.from={sender_domain}" in words
