"""Inline PGP: the armor round a signed text is taken off, an encrypted one is only recognised (RFC 4880 6, 7)."""

_SIGNED = "-----BEGIN PGP SIGNED MESSAGE-----"
_SIGNATURE = "-----BEGIN PGP SIGNATURE-----"
_END = "-----END PGP SIGNATURE-----"
_ENCRYPTED = "-----BEGIN PGP MESSAGE-----"
SAID_ENCRYPTED = "encrypted: the text cannot be read here"
SAID_SIGNED = "signed (PGP), not verified"


def take_off(lines: list[str]) -> tuple[list[str], str]:
    """Return the lines without armor, and what it was ("" for none)."""
    if _ENCRYPTED in lines:
        return lines, SAID_ENCRYPTED
    if _SIGNED not in lines:
        return lines, ""
    begin = lines.index(_SIGNED)
    head = begin + 1
    while head < len(lines) and lines[head].strip():
        head += 1
    signature = lines.index(_SIGNATURE, head) if _SIGNATURE in lines[head:] else len(lines)
    end = lines.index(_END, signature) + 1 if _END in lines[signature:] else len(lines)
    text = [line.removeprefix("- ") for line in lines[head + 1 : signature]]
    return [*lines[:begin], *text, *lines[end:]], SAID_SIGNED
