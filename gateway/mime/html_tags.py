"""What tags mean for text: which break the line, which hide, and how programs mark the mail they quote."""

import re

BLOCK = frozenset((
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog", "dir",
    "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6",
    "header", "hr", "html", "legend", "li", "main", "menu", "nav", "ol", "option", "p", "pre", "section", "summary",
    "table", "tbody", "tfoot", "thead", "tr", "ul",
))  # fmt: skip
GAP = dict.fromkeys(("p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "ul", "ol", "table", "pre"), 1)
CLOSED_BY_NEXT = frozenset({"p", "li", "td", "th", "tr", "option", "dd", "dt"})
VOID = frozenset((
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr",
))  # fmt: skip
RAW = {
    name: re.compile(f"</{name}", re.IGNORECASE)
    for name in ("script", "style", "title", "template", "noframes", "iframe", "object", "svg", "textarea", "select")
}
HIDDEN_STYLE = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)

# Classes and ids of the element that holds the quoted mail.
_INSIDE = frozenset({
    "gmail_quote", "gmail_quote_container", "gmail_attr", "yahoo_quoted", "moz-cite-prefix", "protonmail_quote",
    "tutanota_quote", "zmail_extra", "zmail_extra_hr", "outlookmessageheader", "olk_src_body_section", "reply-intro",
    "ms-outlook-mobile-reference-message", "mail-editor-reference-message-container", "messagereplysection",
    "freshdesk_quote", "front-blockquote", "sh-quoted-content", "airmail_on", "qt",
})  # fmt: skip
# Classes and ids of the signature: as little new as the quote.
_SIGNATURE = frozenset({
    "gmail_signature", "moz-signature", "protonmail_signature_block", "ms-outlook-mobile-signature",
    "messagesignaturesection", "signature",
})  # fmt: skip
# Those that stand before it: everything after them is quoted.
_REST = frozenset({"divrplyfwdmsg", "appendonsend", "stopspelling"})
_TELLING = frozenset({"class", "id", "name", "type", "data-marker"})
_RENAMED = re.compile(r"^(?:x_|ecx|ydp[0-9a-f]{6,12})+")  # what other programs put before a foreign class


def quote_mark(name: str, values: dict[str, str]) -> str:
    """Say whether an element holds the quoted mail or a signature ("inside"), stands before it ("rest") or neither."""
    if _TELLING.isdisjoint(values):
        return ""
    words = f"{values.get('class', '')} {values.get('id', '')} {values.get('name', '')}".lower().split()
    for word in words:
        mark = _RENAMED.sub("", word)
        if mark in _REST:
            return "rest"
        if mark in _INSIDE or mark in _SIGNATURE:
            return "inside"
    if name == "blockquote" and values.get("type", "").lower() == "cite":
        return "inside"
    if name == "div" and words == ["quote"]:
        return "inside"
    if values.get("data-marker") == "__QUOTED_TEXT__":
        return "inside"
    return ""
