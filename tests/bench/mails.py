"""Mails as customers write them: new ones and answers, plain and HTML, some with a file; the same ones every time."""

import base64
import random
from collections.abc import Iterator

PLAIN = """\
From: {name} <c{n}@example.org>
To: support@desk.test
Subject: {subject}
Message-ID: <bench.{n}@example.org>
{thread}Date: Mon, 02 Nov 2026 09:30:00 +0000
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

{text}

Am 1. November schrieb das Büro:
> {quoted}
"""
HTML = """\
From: {name} <c{n}@example.org>
To: support@desk.test
Subject: {subject}
Message-ID: <bench.{n}@example.org>
{thread}Date: Mon, 02 Nov 2026 09:30:00 +0000
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="outer"

--outer
Content-Type: multipart/alternative; boundary="inner"

--inner
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: base64

{text64}
--inner
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: 8bit

<html><body><p>{text}</p><blockquote>{quoted}</blockquote><table><tr><td>1</td></tr></table></body></html>
--inner--
--outer
Content-Type: application/pdf; name="a.pdf"
Content-Disposition: attachment; filename="a.pdf"
Content-Transfer-Encoding: base64

{file64}
--outer--
"""


def mails(count: int, records: int) -> Iterator[bytes]:
    """Two thirds answer one of the generated desk's messages, one third opens a record; every other one is HTML."""
    chance = random.Random(count)
    words = [f"{a}{b}" for a in ("ba", "ko", "mi", "sa", "re") for b in ("na", "lo", "di", "fu", "ge")]
    file = base64.encodebytes(chance.randbytes(6_000)).decode()
    for n in range(count):
        text = "\n".join(" ".join(chance.choices(words, k=12)) for _ in range(8))
        answered = f"<{chance.randrange(records)}.1@example.org>"
        mail = (HTML if n % 2 else PLAIN).format(
            n=n,
            name=f"Kundin {n}",
            subject=" ".join(chance.choices(words, k=5)),
            thread=f"In-Reply-To: {answered}\nReferences: {answered}\n" if n % 3 else "",
            text=text,
            text64=base64.encodebytes(text.encode()).decode(),
            quoted=" ".join(chance.choices(words, k=20)),
            file64=file,
        )
        yield mail.replace("\n", "\r\n").encode()
