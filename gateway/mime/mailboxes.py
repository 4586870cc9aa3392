"""Address lists (RFC 5322 3.4) as they are written; linear, and no field makes it fail."""

import re
from functools import lru_cache

from gateway.mime.charset import decode
from gateway.mime.clean import storable
from gateway.mime.limits import HEADER_VALUE, MAILBOXES
from gateway.mime.words import OPENING, decode_words
from models.types.mail import Mailbox

_SPACE = re.compile(r"\s+")
# What nearly all mail has: one plain name, one plain address.
_SIMPLE = re.compile(
    rb"(?:\"?([A-Za-z0-9 ._+/&-]{0,100}?)\"? ?<)?([A-Za-z0-9._+=-]{1,100})@([A-Za-z0-9.-]{1,100})(?(1)>|)[ ]?$"
)
_SHORT = 200  # bytes of a field worth remembering
_ATOM = re.compile(r'[^\s"(<,;:]+')
_QUOTED_PAIR = re.compile(r"\\(.)")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_ROUTE = re.compile(r"\s*(?:@[^:<>]*:)")
_AROUND = re.compile(r"\s*([@.])\s*")
_NOT_BARE = re.compile(r"[\s<>,;:\"()]+")
_INNER = re.compile(r"\s*\([^()]*\)\s*")
_PAREN = re.compile(r"\\.|[()]", re.DOTALL)


def mailboxes(raw: bytes | None, hint: str = "") -> tuple[Mailbox, ...]:
    """Read an address field. Groups are dissolved; an entry without an address keeps its name."""
    if not raw:
        return ()
    return _read_again(raw, hint) if len(raw) <= _SHORT else _read(raw, hint)


def _read(raw: bytes, hint: str) -> tuple[Mailbox, ...]:
    simple = _SIMPLE.match(raw)
    if simple:
        name, local, domain = (part.decode("ascii") for part in simple.groups(b""))
        return (Mailbox(_SPACE.sub(" ", name).strip(), f"{local}@{domain.lower()}"),)
    text = decode(raw[:HEADER_VALUE], "", hint)
    reader = _Reader(text)
    return tuple(reader.read())


_read_again = lru_cache(2048)(_read)  # a mailbox holds few writers, and our own address on nearly every mail


class _Reader:
    """One pass over a field's text, collecting what belongs to the mailbox at hand."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.found: list[Mailbox] = []
        self.quotes_close = self.comments_close = True  # False once one stayed open: searched once, not again and again
        self._clear()

    def _clear(self) -> None:
        self.words: list[tuple[str, bool]] = []  # (text, quoted)
        self.comments: list[str] = []
        self.angle: str | None = None
        self.named_by = 0  # how many words stood before the angle bracket

    def read(self) -> list[Mailbox]:
        at, text, end = 0, self.text, len(self.text)
        while at < end and len(self.found) < MAILBOXES:
            char = text[at]
            if char in ",;":
                self._finish()
                at += 1
            elif char == ":":
                at = self._colon(at)
            elif char == "<":
                at = self._angle(at)
            elif char == '"' and self.quotes_close:
                at = self._quoted(at)
            elif char == "(" and self.comments_close:
                at = self._comment(at)
            else:
                at = self._atom(at)
        self._finish()
        return self.found

    def _atom(self, at: int) -> int:
        space = _SPACE.match(self.text, at)
        if space:
            self.words.append((" ", False))
            return space.end()
        atom = _ATOM.match(self.text, at)
        if atom is None:
            self.words.append((self.text[at], False))
            return at + 1
        word = atom[0]
        if word.startswith("=?"):  # commas and quotes inside an encoded word belong to it
            opening = OPENING.match(self.text, at)
            end = self.text.find("?=", opening.end(), at + 400) if opening else -1
            if end > 0:
                self.words.append((self.text[at : end + 2], False))
                return end + 2
        self.words.append((word, False))
        return atom.end()

    def _quoted(self, at: int) -> int:
        end = at + 1
        while (end := self.text.find('"', end)) >= 0:
            behind = self.text[max(at + 1, end - 40) : end]
            if (len(behind) - len(behind.rstrip("\\"))) % 2 == 0:
                self.words.append((_QUOTED_PAIR.sub(r"\1", self.text[at + 1 : end]), True))
                return end + 1
            end += 1
        self.quotes_close = False
        return at + 1

    def _comment(self, at: int) -> int:
        depth = 0
        for found in _PAREN.finditer(self.text, at):
            depth += {"(": 1, ")": -1}.get(found[0], 0)
            if depth == 0:
                self.comments.append(self.text[at + 1 : found.start()])
                return found.end()
        self.comments_close = False
        return at + 1

    def _angle(self, at: int) -> int:
        end = self.text.find(">", at)
        if end < 0:
            end = self.text.find(",", at)
            end = len(self.text) if end < 0 else end
        inside = self.text[at + 1 : end]
        opening = inside.rfind("<")
        if opening >= 0:
            inside = inside[opening + 1 :]
        if self.angle is not None and "@" in self.angle and "@" in inside:
            between = self.words[self.named_by :]
            del self.words[self.named_by :]
            self._finish()  # a second address without a comma: what stands between is its name
            self.words = between
        if self.angle is None or "@" not in self.angle:
            self.angle = inside
            self.named_by = len(self.words)
        return end + 1 if self.text.startswith(">", end) else end

    def _colon(self, at: int) -> int:
        """A colon ends a group's name; inside a mailbox that already has an address it is a letter."""
        if self.angle is None and not any("@" in word for word, quoted in self.words if not quoted):
            if self.words and self.words[-1][0].lower() != "mailto" and "=?" not in self.words[-1][0]:
                self._clear()
            elif self.words:
                self.words.pop()
        else:
            self.words.append((":", False))
        return at + 1

    def _finish(self) -> None:
        angle, words, comments = self.angle, self.words, self.comments
        self._clear()
        phrase = "".join(f'"{word}"' if quoted else word for word, quoted in words).strip()
        if angle is None and not phrase:
            return
        if angle is None or ("@" not in angle and _bare(words)):
            address = _bare(words)
            if address:
                name = phrase.replace(address, " ", 1) if phrase != address else ""
                name = name if name.strip(" \"'<>()") else " ".join(comments)
            else:
                name = angle if angle and not phrase else phrase
        else:
            address = angle
            name = "".join(word for word, _ in words).strip() or " ".join(comments)
        self._add(name, address)

    def _add(self, name: str, address: str) -> None:
        name = _SPACE.sub(" ", decode_words(name)).strip()
        if len(name) > 1 and name[0] == name[-1] and name[0] in "\"'":
            name = name[1:-1].strip()
        address = _address(address)
        if name or address:
            self.found.append(Mailbox(storable(name), storable(address)))


def _bare(words: list[tuple[str, bool]]) -> str:
    """Find an addr-spec written without angle brackets; spaces round the @ are forgiven (RFC 5322 4.4)."""
    joined = _AROUND.sub(r"\1", "".join(f'"{word}"' if quoted else word for word, quoted in words).strip())
    if joined.startswith('"') and '"@' in joined and " " not in joined.partition('"@')[2]:
        return joined
    candidates = [word for word in _NOT_BARE.split(joined) if "@" in word[1:-1]]
    return candidates[-1] if candidates else ""


def _address(text: str) -> str:
    """Tidy an addr-spec: no route, no white space round the dots, domain in lower case."""
    text = _ROUTE.sub("", text, count=1) if text.lstrip().startswith("@") else text
    if text[:7].lower() == "mailto:":
        text = text[7:]
    text = _AROUND.sub(r"\1", _SPACE.sub(" ", text.strip().strip("<>")))
    if "(" in text:
        text = _INNER.sub("", _INNER.sub("", text)).strip()
    if "=?" in text:
        text = decode_words(text)
    text = _CONTROL.sub("\ufffd", _SPACE.sub(" ", text))
    local, at, domain = text.rpartition("@")
    return f"{local}@{domain.lower()}" if at else text
