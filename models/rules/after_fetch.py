"""What an account does with mail on its IMAP server once it is stored, in words: keep, seen, delete, move:X."""

from models.types.account import After, AfterFetch

WORDS = "keep, seen, delete or move:FOLDER"


def read(text: str) -> AfterFetch | None:
    """Read it; None when it is none of these words."""
    word, _, folder = text.strip().partition(":")
    folder = folder.strip()
    if word.lower() == After.MOVE:
        return AfterFetch(After.MOVE, folder) if folder else None
    known = word.lower() in (After.KEEP, After.SEEN, After.DELETE) and not folder
    return AfterFetch(After(word.lower())) if known else None


def problem(text: str, folders: tuple[str, ...], *, imap: bool = True) -> str:
    """Say what is wrong with it, "" when nothing is. ``folders``: those that are fetched; ``imap``: how they are."""
    found = read(text)
    if found is None:
        return f"{text!r} says nothing that could be done on the server: say {WORDS}."
    if found.deed is After.MOVE and found.folder in folders:
        return f"Mail moved to {found.folder} would be fetched from there again: move it to another folder."
    if found.deed is not After.KEEP and not imap:
        return "Only an IMAP server can mark or move mail: with POP3, say after how many days it is deleted there."
    return ""
