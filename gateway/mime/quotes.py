"""What the writer added: a mail's lines without the quoted mail and without the signature. One pass, any language."""

from collections.abc import Sequence

from gateway.mime.quote_marks import header_block_at, intro_at, is_arrowed_intro, is_quote, shared_intro
from gateway.mime.quote_words import ABOVE, FORWARDED, ORDINARY, ORDINARY_ASCII, ORIGINAL
from gateway.mime.signatures import is_rule, without_signature

_PATTERN_LONGEST = 1000  # characters; no program writes a separator or an intro longer than this
_LINES = 20_000  # of a mail; nobody adds more to a thread than that
_WRAPPED = 60  # a quoted line this long may have spilled over into the next, unmarked one


def new_text(lines: Sequence[str], quoted: Sequence[bool], *, html: bool = False, forwarded: bool = False) -> str:
    """Keep what is new. A mail that is nothing but quote is kept whole; a forwarded mail is new to us.

    ``quoted`` runs beside ``lines``: marked as quoted by the sender's program. ``html``: quote marks came from
    blockquotes, which people also use for what they cite themselves.
    """
    lines, quoted = lines[:_LINES], quoted[:_LINES]
    reader = _Reader(lines, quoted, html=html, forwarded=forwarded)
    kept = without_signature(_tidy(reader.read()))
    if any(line.strip() for line in kept):
        return "\n".join(kept).strip("\n").rstrip()
    return "\n".join(_unmarked(line) for line in lines).strip()


def is_ordinary(line: str) -> bool:
    """Say that a line can neither quote, nor introduce, nor end anything: words without a digit, colon, @ or mark."""
    pattern = ORDINARY_ASCII if line.isascii() else ORDINARY
    return pattern.match(line) is not None and len(line) <= _PATTERN_LONGEST and "wrote" not in line.lower()


def _may_forward(line: str) -> bool:
    """Look at the first letter: quoted lines are many, and few begin as FORWARDED does."""
    first = line.lstrip("> \t")[:1]
    return not first.isalpha() or first in "bBaAdDiIsSİıſ"


class _Reader:
    def __init__(self, lines: Sequence[str], quoted: Sequence[bool], *, html: bool, forwarded: bool) -> None:
        self.lines, self.quoted = lines, quoted
        self.html, self.forwarded = html, forwarded
        self.kept: list[str] = []
        self.written = False  # something of the writer's own came before
        self.introduced = False  # an intro came before
        self.cites_own = html and self._quote_comes_later()

    def read(self) -> list[str]:
        """Go down the lines until the rest is quoted."""
        at, lines, quoted, kept = 0, self.lines, self.quoted, self.kept
        while at < len(lines):
            line = lines[at]
            if quoted[at]:
                step = self._step(at)
            elif not line:
                kept.append("")
                step = 1
            elif is_ordinary(line):  # as most lines are: no step would say otherwise
                kept.append(line)
                self.written = True
                step = 1
            elif line[0] == ">" and len(line) < _WRAPPED and not (self.cites_own or _may_forward(line)):
                step = 1 if line[-1] != ">" else self._step(at)
            else:
                step = self._step(at)
            if step == 0:
                break
            at += step
        return kept

    def _step(self, at: int) -> int:
        """Take or leave the line at hand; return how many lines were dealt with, 0 when the rest is quoted."""
        line = self.lines[at]
        if len(line) > _PATTERN_LONGEST:
            return self._long_line(line, at)
        if _may_forward(line) and FORWARDED.match(line):
            return self._forward(at)
        if self.quoted[at]:
            return 1
        if is_quote(line):
            return self._intro(at, 1) if is_arrowed_intro(line) else self._quote_line(at)
        if not line.strip():
            self.kept.append("")
            return 1
        if self._ends_here(at):
            return 0
        if before := shared_intro(line):
            self._take(before)
            return self._intro(at, 1)
        if length := intro_at(self.lines, at):
            return self._intro(at, length)
        self._take(line)
        return 1

    def _long_line(self, line: str, at: int) -> int:
        if not self.quoted[at] and not is_quote(line):
            self._take(line)
        return 1

    def _take(self, line: str) -> None:
        self.kept.append(line)
        self.written = True

    def _forward(self, at: int) -> int:
        """A forwarded mail inside a quote is quoted; else it is what the writer wants read, to the end."""
        if is_quote(self.lines[at]):
            return 1
        self.kept += self.lines[at:]
        return 0

    def _quote_line(self, at: int) -> int:
        if self.cites_own and not self.introduced:
            self._take(_unmarked(self.lines[at]))
        elif self._spills_over(at):
            return 2
        return 1

    def _spills_over(self, at: int) -> bool:
        """A long quoted line broken on the way leaves its end unmarked, between two marked ones."""
        if len(self.lines[at]) < _WRAPPED or at + 2 >= len(self.lines):
            return False
        spilled, following = self.lines[at + 1], self.lines[at + 2]
        return spilled[:1].islower() and is_quote(following) and not is_quote(spilled)

    def _ends_here(self, at: int) -> bool:
        """Everything from here on is another mail, which the writer's program put below."""
        line = self.lines[at]
        if not self.written or self.forwarded:
            return False
        return bool(ORIGINAL.match(line) or ABOVE.match(line)) or header_block_at(self.lines, at)

    def _intro(self, at: int, length: int) -> int:
        self.introduced = True
        if bars := self._bars_below(at + length):
            return length + bars
        if self._quote_below(at + length) or not self.written:
            return length
        return 0

    def _bars_below(self, at: int) -> int:
        """Count the lines of a quote marked by ``|``, with the blanks before it; 0 when there is none."""
        end = at
        while end < len(self.lines) and (
            self.lines[end].startswith("|") or (end < at + 2 and not self.lines[end].strip())
        ):
            end += 1
        return end - at if end > at and self.lines[end - 1].startswith("|") else 0

    def _quote_below(self, at: int) -> bool:
        """Say whether marked lines follow, so that unmarked ones after them are the writer's."""
        for number in range(at, min(at + 6, len(self.lines))):
            line = self.lines[number]
            if line.strip():
                return self.quoted[number] or is_quote(line)
        return False

    def _quote_comes_later(self) -> bool:
        """In HTML: the real quote has an intro or a mark of its own, so blockquotes before it were set by hand."""
        last_quote = next((n for n in range(len(self.lines) - 1, -1, -1) if is_quote(self.lines[n])), -1)
        if any(self.quoted):
            return True
        return any(not is_quote(self.lines[n]) and intro_at(self.lines, n) > 0 for n in range(last_quote + 1))


def _unmarked(line: str) -> str:
    return line.lstrip("> ") if is_quote(line) else line


def _tidy(lines: list[str]) -> list[str]:
    """Drop rules and blanks at the end (they led to the quote), and all but one of blank lines in a row."""
    while lines and (not lines[-1].strip() or is_rule(lines[-1])):
        lines.pop()
    kept: list[str] = []
    for line in lines:
        if line.strip() or (kept and kept[-1].strip()):
            kept.append(line.rstrip())
    return kept
