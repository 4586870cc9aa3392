"""``nightdesk inspect``: what the gateway sees in a mail, washed, for people and for programs."""

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TextIO

from gateway.mime.parse import parse
from models.types.mail import IncomingMail, Mailbox
from tui.cli.printing import put
from tui.render.wash import block, line

_LONG = 4000  # characters of a header field that are printed


def run(paths: Iterable[str], *, batch: bool, as_json: bool, out: TextIO | None = None) -> int:
    """Inspect files; return the exit status. ``batch``: paths come on standard input, a JSON line goes out for each."""
    failed = False
    for path in _typed_paths() if batch else paths:
        form = _inspected(path)
        failed |= "error" in form
        if batch:
            _put(json.dumps(form, ensure_ascii=True), out)
        elif as_json:
            _put(json.dumps(form, ensure_ascii=False, indent=1), out)
        else:
            _put(_for_people(form).removesuffix("\n"), out)
    return 1 if failed and not batch else 0


def _put(text: str, out: TextIO | None) -> None:
    if out is None:
        put(text)
    else:
        print(text, file=out, flush=True)


def _typed_paths() -> Iterator[str]:
    for typed in sys.stdin.buffer:
        yield typed.rstrip(b"\r\n").decode("utf-8", "surrogateescape")


def _inspected(path: str) -> dict[str, Any]:
    try:
        content = Path(path).read_bytes()
    except OSError as fault:
        return {"error": line(f"{path}: {fault.strerror}")}
    return shown(parse(content))


def shown(mail: IncomingMail) -> dict[str, Any]:
    """Turn a mail into a form every string of which may be printed."""
    return {
        "from": _people(mail.sender),
        "to": _people(mail.to),
        "cc": _people(mail.cc),
        "reply_to": _people(mail.reply_to),
        "delivered_to": [line(one) for one in mail.delivered_to],
        "return_path": None if mail.return_path is None else line(mail.return_path),
        "subject": line(mail.subject, _LONG),
        "message_id": line(mail.message_id, _LONG),
        "in_reply_to": [line(one, _LONG) for one in mail.in_reply_to],
        "references": [line(one, _LONG) for one in mail.references],
        "date": mail.date.isoformat() if mail.date else None,
        "text": block(mail.text),
        "reply_text": block(mail.reply_text),
        "html": mail.has_html,
        "attachments": [
            {
                "name": line(one.name),
                "type": line(one.media_type),
                "size": one.size_bytes,
                "part": one.path,
                "inline": one.inline,
            }
            for one in mail.attachments
        ],
        "class": mail.mail_class.value,
        "auto_generated": mail.auto_generated,
        "no_autoreply": mail.no_autoreply,
        "bounce": {
            "is_bounce": mail.bounce.is_bounce,
            "is_complaint": mail.bounce.is_complaint,
            "probable": mail.bounce.probable,
            "original_ids": [line(one, _LONG) for one in mail.bounce.original_ids],
            "recipients": [
                {
                    "recipient": line(one.address),
                    "status": one.status,
                    "kind": one.kind,
                    "reason": one.reason,
                    "text": line(one.text, _LONG),
                }
                for one in mail.bounce.recipients
            ],
        },
        "list_id": line(mail.list_id),
        "auth_results": [line(one, _LONG) for one in mail.auth_results],
        "warnings": [line(one) for one in mail.warnings],
    }


def _people(mailboxes: tuple[Mailbox, ...]) -> list[dict[str, str]]:
    return [{"name": line(one.name), "email": line(one.address)} for one in mailboxes]


def _for_people(form: dict[str, Any]) -> str:
    if "error" in form:
        return f"{form['error']}\n"
    people = {
        key: ", ".join(f"{one['name']} <{one['email']}>".strip() for one in form[key]) for key in ("from", "to", "cc")
    }
    rows = [
        ("From", people["from"]),
        ("To", people["to"]),
        ("Cc", people["cc"]),
        ("Subject", form["subject"]),
        ("Date", form["date"] or ""),
        ("Message-ID", form["message_id"]),
        ("Class", form["class"] + (", never answered automatically" if form["no_autoreply"] else "")),
        *(("Attachment", f"{one['name']} ({one['type']}, {one['size']} bytes)") for one in form["attachments"]),
        *(
            ("Reported", f"{one['recipient']} {one['kind']} {one['status']} {one['text']}")
            for one in form["bounce"]["recipients"]
        ),
        *(("Warning", sentence) for sentence in form["warnings"]),
    ]
    head = "".join(f"{name + ':':12} {value}\n" for name, value in rows if value)
    return f"{head}\n{form['reply_text'] or form['text']}\n"
