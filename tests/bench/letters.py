"""Ten thousand letters a mailbox could hold: short answers, HTML alternatives, files; in threads, from a seed.

Words follow a Zipf curve over a made-up vocabulary, as an index meets them in real mail.
"""

import random
from base64 import encodebytes
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import accumulate

FIRST = datetime(2024, 1, 1, 8, tzinfo=UTC)
SYLLABLES = (
    "an",
    "be",
    "cor",
    "da",
    "el",
    "for",
    "gi",
    "hou",
    "in",
    "ka",
    "lo",
    "mer",
    "no",
    "or",
    "pa",
    "ri",
    "ta",
    "ver",
)
NAMES = ("Anna", "Bob", "Chloé", "Dmitri", "Eve", "Jürgen", "Mei", "Noor", "Olu", "Zoë")


class Letters:
    """A generator of raw mails with LF line ends, as they lie in a maildir."""

    def __init__(self, seed: int = 1, desk: str = "support@desk.test") -> None:
        self._random = random.Random(seed)
        self._desk = desk
        words = ["".join(self._random.choices(SYLLABLES, k=self._random.randint(1, 4))) for _ in range(20_000)]
        self._words = words
        self._weights = list(accumulate(1 / rank for rank in range(1, len(words) + 1)))
        self._threads: list[tuple[str, str, int]] = []  # newest id, subject, writer

    def __call__(self, count: int) -> Iterator[bytes]:
        for number in range(count):
            yield self._letter(number)

    def _letter(self, number: int) -> bytes:
        pick = self._random
        message_id = f"<{number}.{pick.getrandbits(48):012x}@mail{number % 40}.test>"
        answered = ""
        if self._threads and pick.random() < 0.6:
            place = pick.randrange(max(0, len(self._threads) - 500), len(self._threads))
            answered, subject, writer = self._threads[place]
            self._threads[place] = (message_id, subject, writer)
            subject = f"Re: {subject}"
        else:
            subject, writer = self._some(pick.randint(2, 8)).capitalize(), pick.randrange(3_000)
            self._threads.append((message_id, subject, writer))
        sender = f"{NAMES[writer % len(NAMES)]} {self._words[writer].title()}"
        head = [
            f"Return-Path: <c{writer}@customer{writer % 300}.test>",
            f"Received: from mx{number % 9}.relay.test (mx{number % 9}.relay.test [192.0.2.{number % 250}])",
            f"\tby mail.desk.test (Postfix) with ESMTPS id {pick.getrandbits(40):010X}; {self._date(number)}",
            f"From: {_encoded(sender)} <c{writer}@customer{writer % 300}.test>",
            f"To: Support <{self._desk}>",
            f"Subject: {_encoded(subject)}",
            f"Date: {self._date(number)}",
            f"Message-ID: {message_id}",
            *((f"In-Reply-To: {answered}", f"References: {answered}") if answered else ()),
            "MIME-Version: 1.0",
        ]
        text = self._text(answered != "")
        shape = pick.random()
        body = _plain(text) if shape < 0.6 else _alternative(text) if shape < 0.9 else self._with_file(text)
        return "\n".join(head).encode() + b"\n" + body

    def _with_file(self, text: str) -> bytes:
        edge, content = "=_file_edge", self._random.randbytes(self._random.randint(2_000, 60_000))
        return (
            f'Content-Type: multipart/mixed; boundary="{edge}"\n\n--{edge}\n'.encode()
            + _plain(text)
            + f'\n--{edge}\nContent-Type: application/pdf; name="offer.pdf"\n'.encode()
            + b'Content-Disposition: attachment; filename="offer.pdf"\nContent-Transfer-Encoding: base64\n\n'
            + encodebytes(content)
            + f"--{edge}--\n".encode()
        )

    def _text(self, answer: bool) -> str:
        pick = self._random
        paragraphs = [self._some(pick.randint(10, 60)).capitalize() + "." for _ in range(pick.randint(1, 5))]
        greeting = f"Hello {pick.choice(NAMES)},"
        closing = f"Best regards\n{pick.choice(NAMES)}\n-- \n{self._some(4)}"
        quoted = ""
        if answer:
            lines = (self._some(9) for _ in range(pick.randint(3, 15)))
            quoted = "\n\nOn Mon, Jan 1, 2024 at 10:00, Support wrote:\n" + "\n".join(f"> {line}" for line in lines)
        return "\n\n".join([greeting, *(_filled(paragraph) for paragraph in paragraphs), closing]) + quoted + "\n"

    def _some(self, count: int) -> str:
        return " ".join(self._random.choices(self._words, cum_weights=self._weights, k=count))

    def _date(self, number: int) -> str:
        return format_datetime(FIRST + timedelta(minutes=7 * number))


def _filled(text: str, width: int = 76) -> str:
    lines, line = [], ""
    for word in text.split(" "):
        if line and len(line) + len(word) >= width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    return "\n".join([*lines, line])


def _plain(text: str) -> bytes:
    return f'Content-Type: text/plain; charset="utf-8"\nContent-Transfer-Encoding: 8bit\n\n{text}'.encode()


def _alternative(text: str) -> bytes:
    edge = "=_text_edge"
    paragraphs = "".join(f'<p style="margin:0 0 1em 0"><span>{block}</span></p>' for block in text.split("\n\n"))
    page = (
        "<html><head><style>p { font-family: sans-serif }</style></head>"
        f'<body><div class="WordSection1">{paragraphs}</div></body></html>\n'
    )
    return (
        f'Content-Type: multipart/alternative; boundary="{edge}"\n\n--{edge}\n'.encode()
        + _plain(text)
        + f'\n--{edge}\nContent-Type: text/html; charset="utf-8"\nContent-Transfer-Encoding: 8bit\n\n{page}'.encode()
        + f"\n--{edge}--\n".encode()
    )


def _encoded(text: str) -> str:
    from email.header import Header

    return text if text.isascii() else Header(text, "utf-8").encode()
