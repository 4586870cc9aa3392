"""One text part as lines: charset, HTML, flowed paragraphs, what is packed or armored inside."""

import re

from gateway.mime.armor import take_off
from gateway.mime.charset import decode
from gateway.mime.content import Content
from gateway.mime.flowed import unflow
from gateway.mime.limits import NOT_FULLY_PARSED, TEXT, TEXT_BYTES
from gateway.mime.parts import Part
from gateway.mime.uuencode import take_out
from models.rules.filename import safe
from models.types.mail import AttachedFile

_META = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?([\w:.-]{2,40})", re.IGNORECASE)
_IS_HTML = re.compile(r"\s{0,200}(?:<!doctype html|<html|<!--[\s\S]{0,2000}<html)", re.IGNORECASE)
_MARKUP = re.compile(r"<param>[^<]{0,200}</param>|</?[a-zA-Z]{1,40}>")


def add_text(part: Part, content: Content) -> None:
    """Add a text part's lines, and the files packed into it."""
    data = part.decoded(TEXT_BYTES)
    if part.end - part.start > TEXT_BYTES:
        content.warn(NOT_FULLY_PARSED)
    label = part.params.get("charset", "")
    if part.type == "text/html":
        meta = _META.search(data, 0, 4096) if not label or label.lower() == "us-ascii" else None
        _add_html(decode(data, meta[1].decode("ascii") if meta else label), content)
        return
    text = decode(data, label).replace("\r\n", "\n").replace("\r", "\n")
    if text[:1] in "< \n" and _IS_HTML.match(text):
        _add_html(text, content)  # HTML under a wrong name
        return
    _add_plain(part, text, content)


def _add_html(source: str, content: Content) -> None:
    from gateway.mime.html import html_text  # only HTML mail pays for it

    made = html_text(source)
    content.has_html = True
    content.add_lines(made.lines, made.quoted)


def _add_plain(part: Part, text: str, content: Content) -> None:
    if part.type in {"text/enriched", "text/richtext"}:
        text = _MARKUP.sub("", text)
    if part.params.get("format", "").lower() == "flowed":
        text = unflow(text, delsp=part.params.get("delsp", "").lower() == "yes")
    text, files = take_out(text)
    if len(text) > TEXT:
        text = text[:TEXT]
        content.warn(NOT_FULLY_PARSED)
    for number, file in enumerate(files, 1):
        path = f"{part.path or 1}/{number}"
        content.files.append(AttachedFile(safe(file.name), file.media_type, len(file.content), path))
    lines, armor = take_off(text.rstrip("\n").split("\n"))
    if armor:
        content.warn(armor)
    content.plain = True
    content.add_lines(lines, [False] * len(lines))
