"""Words found in a text: whole words next to each other, whatever their case, spacing and punctuation."""

import re
import unicodedata

MOST_READ = 100_000  # characters of a text that are looked at

_WORD = re.compile(r"\w+")
# Lao, Thai, Burmese, Khmer, and what is written without blanks from the CJK blocks on
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\ud7ff\uf900-\ufaff]")


def spaced(text: str) -> str:
    """Bring a text into the form ``holds`` reads: its words, one blank around each."""
    folded = unicodedata.normalize("NFKC", text[:MOST_READ]).casefold()
    return f" {' '.join(_WORD.findall(folded))} "


def holds(text: str, phrase: str) -> bool:
    """Tell whether a text (as ``spaced`` gave it) holds these words. Without a word in it, a phrase is nowhere."""
    wanted = spaced(phrase)
    if not wanted.strip():
        return False
    return (wanted.strip() if _UNSPACED.search(wanted) else wanted) in text
