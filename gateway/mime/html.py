"""HTML to readable text in one pass over its tags.

Own code because the libraries fail on mail: html.parser and html2text are quadratic on "<a <a <a", and a spec-true
tree builder is quadratic on deep nesting (selectolax, measured: 2.5 s for 250 KB of nested <div>). A stream of tags
needs no tree: nothing is loaded, nothing runs, what a reader would not see is dropped.
"""

import re
from dataclasses import dataclass
from html import unescape

from gateway.mime.clean import storable
from gateway.mime.html_tags import BLOCK, CLOSED_BY_NEXT, GAP, HIDDEN_STYLE, RAW, VOID, quote_mark
from gateway.mime.limits import TEXT

# A tag as nearly all are written; what fails here (a stray quote, a "<" inside) takes the slow way.
_WHOLE_TAG = re.compile(r"""<(/?)([a-zA-Z][a-zA-Z0-9:-]{0,40}+)((?:[^<>"']++|"[^"<>]*+"|'[^'<>]*+')*+)>""")
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:-]{0,40})")
_SPACE = re.compile(r"[ \t\n\r\f\v\xa0]+")
_ATTRIBUTE = re.compile(
    r"""([a-zA-Z_:][\w:.-]{0,60})\s*=\s*("[^"]{0,4000}"|'[^']{0,4000}'|[^\s"'>]{1,4000})|\b(hidden)\b"""
)
_LINK = re.compile(r"(?:https?:|mailto:)\S+", re.IGNORECASE)
_QUOTE_LEVELS = 8  # "> " marks shown; deeper ones are not worth the columns
_LONGEST_TAG = 20_000
_OPEN_KEPT = 40  # elements whose end is waited for


@dataclass(frozen=True, slots=True)
class HtmlText:
    """Lines as shown, and for each whether the sender's program marked it as quoted."""

    lines: list[str]
    quoted: list[bool]


def html_text(source: str) -> HtmlText:
    """Turn a document into lines."""
    reader = _Reader(source)
    reader.read()
    return HtmlText(reader.lines, reader.flags)


@dataclass(slots=True, eq=False)
class _Open:
    """An element whose end matters."""

    tag: str
    what: str  # hidden, quote, blockquote, link, list
    value: str = ""
    nested: int = 0  # same-named elements open inside


class _Reader:
    def __init__(self, source: str) -> None:
        self.source = source
        self.lines: list[str] = []
        self.flags: list[bool] = []
        self.words: list[str] = []  # of the line at hand
        self.open: list[_Open] = []
        self.awaited: set[str] = set()  # tags that were ever among them
        self.hidden = self.quote = self.block = self.pre = 0
        self.rest_quoted = False
        self.block_outside = 0  # blockquotes open when the quoting element began
        self.answered = False  # inside it a blockquote has ended: what follows is an answer between the quotes
        self.gap = 0  # 1: a blank line is owed before the next text
        self.block_before = 0  # blockquotes round the last line
        self.size = 0
        self.bullet = ""
        self.never_closed: set[str] = set()

    def read(self) -> None:
        source, at = self.source, 0
        end = len(source)
        comments_close = True
        while at < end and self.size < TEXT:
            start = source.find("<", at)
            if start != at:
                self._text(source[at : start if start >= 0 else end])
            if start < 0:
                break
            if source.startswith("<!--", start):
                close = source.find("-->", start + 4) if comments_close else -1
                comments_close = close >= 0
                at = close + 3 if close >= 0 else start + 4
                continue
            tag = _WHOLE_TAG.match(source, start)
            if tag:
                at = self._element(tag[1], tag[2].lower(), tag[3], tag.end())
            elif tag := _TAG.match(source, start):
                close = self._tag_end(tag.end())
                if close < 0:
                    break  # no tag ends after here
                attributes = source[tag.end() : min(close, tag.end() + _LONGEST_TAG)]
                at = self._element(tag[1], tag[2].lower(), attributes, close + 1)
            else:
                at = self._odd(start)
        self._break()

    def _element(self, slash: str, name: str, attributes: str, at: int) -> int:
        """Begin or end an element; return where reading goes on."""
        if slash:
            self._end(name)
            return at
        self._start(name, attributes)
        return self._skip_raw(name, at) if name in RAW else at

    def _odd(self, start: int) -> int:
        """Step over declarations and processing instructions; a lone "<" is text."""
        if self.source.startswith(("<!", "<?", "</"), start):
            close = self.source.find(">", start)
            if close >= 0:
                return close + 1
        self._text("<")
        return start + 1

    def _tag_end(self, at: int) -> int:
        """Find the ">" that ends a tag; one inside a quoted value does not."""
        close = self.source.find(">", at)
        for _ in range(3):
            inside = self.source[at : min(close, at + _LONGEST_TAG)]
            if close < 0 or (inside.count('"') % 2 == 0 and (inside.count("'") % 2 == 0 or '"' in inside)):
                return close
            further = self.source.find(">", close + 1, close + 2000)
            if further < 0:
                return close
            close = further
        return close

    def _skip_raw(self, name: str, at: int) -> int:
        """Step over the content of script, style and their kind; one that is not closed ends at the next tag."""
        found = None if name in self.never_closed else RAW[name].search(self.source, at)
        if found is None:
            self.never_closed.add(name)
            following = self.source.find("<", at)
            return len(self.source) if following < 0 else following
        close = self.source.find(">", found.end())
        return len(self.source) if close < 0 else close + 1

    # -- elements

    def _start(self, name: str, attributes: str) -> None:
        self._meet(name)
        values = _attributes(attributes) if attributes.strip(" /") else {}
        mark = quote_mark(name, values) if values else ""
        if name not in VOID:
            self._open_special(name, values, mark)
        if name == "img" and not self.hidden:
            self._image(values)
        elif name in {"td", "th"} and self.words:
            self.words.append("  ")
        elif name == "li":
            self.bullet = "* "
        elif name == "pre":
            self.pre += 1
        if mark == "rest":
            self._break()
            self.rest_quoted = True

    def _meet(self, name: str) -> None:
        """Do what a tag's mere name asks for."""
        if name in CLOSED_BY_NEXT and self.open and self.open[-1].tag == name:
            self._close(self.open.pop())
        if name in BLOCK:
            self._break()
            self.gap = max(self.gap, GAP.get(name, 0))
        if name == "br":
            self._break(force=True)
        elif name == "hr":
            self._rule()

    def _open_special(self, name: str, values: dict[str, str], mark: str) -> None:
        what, value = "", ""
        if len(self.open) > _OPEN_KEPT:
            pass  # a page nested this deep is no letter
        elif "hidden" in values or HIDDEN_STYLE.search(values.get("style", "")):
            what = "hidden"
            self.hidden += 1
        elif mark == "inside":
            what = "quote"
            self._break()
            if not self.quote:
                self.block_outside, self.answered = self.block, False
            self.quote += 1
            self.block += name == "blockquote"
        elif name == "blockquote":
            what = "blockquote"
            self.block += 1
        elif name == "a" and _LINK.match(values.get("href", "")):
            what, value = "link", values["href"]
        if not what:
            if outer := self._innermost(name):
                outer.nested += 1
        else:
            self.open.append(_Open(name, what, value))
            self.awaited.add(name)

    def _end(self, name: str) -> None:
        if name in BLOCK:
            self._break()
            self.gap = max(self.gap, GAP.get(name, 0))
        if name == "pre":
            self.pre = max(0, self.pre - 1)
        element = self._innermost(name)
        if element is None:
            return
        if element.nested:
            element.nested -= 1
            return
        self.open.remove(element)
        self._close(element)

    def _innermost(self, name: str) -> _Open | None:
        if name not in self.awaited:
            return None
        return next((element for element in reversed(self.open) if element.tag == name), None)

    def _close(self, element: _Open) -> None:
        if element.what == "hidden":
            self.hidden -= 1
        elif element.what == "link":
            self._link(element.value)
        else:
            self._break()
            self.quote -= element.what == "quote"
            self.block -= element.tag == "blockquote"
            self.answered |= element.tag == "blockquote" and self.block == self.block_outside

    # -- text

    def _text(self, raw: str) -> None:
        if self.hidden:
            return
        text = storable(unescape(raw) if "&" in raw else raw)
        if self.pre:
            *whole, last = text.replace("\r\n", "\n").split("\n")
            for part in whole:
                self.words.append(part)
                self._break(force=True)
            self.words.append(last)
            return
        text = _SPACE.sub(" ", text)
        if text == " " and not self.words:
            return
        self.words.append(text)

    def _image(self, values: dict[str, str]) -> None:
        alt = _SPACE.sub(" ", unescape(values.get("alt", ""))).strip()
        if alt and len(alt) < 200 and values.get("width") != "1":
            self.words.append(f"[{storable(alt)}]")

    def _link(self, target: str) -> None:
        """Show where a link really leads, unless its text says so."""
        target = storable(unescape(target)).strip()
        shown = "".join(self.words[-6:])
        bare = target.partition(":")[2].strip("/") if target.lower().startswith(("mailto:", "http")) else target
        if bare.partition("?")[0].removeprefix("www.").rstrip("/") in shown or self.hidden:
            return
        self.words.append(f" <{target[:300]}>")

    def _rule(self) -> None:
        self._break()
        self.words.append("_" * 32)
        self._break()

    def _break(self, *, force: bool = False) -> None:
        """End the line at hand."""
        if not self.words and not force:
            return
        text = "".join(self.words)
        text = text.rstrip() if self.pre else _SPACE.sub(" ", text).strip()
        self.words.clear()
        if not text and not force:
            return
        flag = self.rest_quoted or (self.quote > 0 and (self.block > self.block_outside or not self.answered))
        mark = "> " * min(self.block, _QUOTE_LEVELS)
        if text:
            text = self.bullet + text
            self.bullet = ""
            if self.gap and self.lines and self.lines[-1].strip("> "):
                self._line(("> " * min(self.block, self.block_before, _QUOTE_LEVELS)).rstrip(), flag)
            self.gap, self.block_before = 0, self.block
        self._line((mark + text).rstrip(), flag)

    def _line(self, text: str, flag: bool) -> None:
        self.size += len(text) + 1
        self.lines.append(text)
        self.flags.append(flag)


def _attributes(text: str) -> dict[str, str]:
    values: dict[str, str] = {}
    for found in _ATTRIBUTE.finditer(text):
        if found[3]:
            values.setdefault("hidden", "")
        else:
            values.setdefault(found[1].lower(), found[2].strip("\"'"))
    return values
