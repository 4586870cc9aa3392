"""The demo's mail world, spoken to as any mail program would."""

import email
import imaplib
import json
import os
import smtplib
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from email.message import EmailMessage, Message

import pytest

from gateway.demo import cast
from gateway.demo.launch import SECRET
from gateway.demo.letters import Person
from gateway.demo.process import USER
from gateway.demo.script import arrivals

PASSWORD = "between you and me"
DEADLINE_SECONDS = 20.0


class Outside:
    """A desk's side of the world: one mailbox to read, one server to send through."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        ports = json.loads(process.stdout.readline())
        self.process, self.smtp_port = process, ports["smtp"]
        self.imap = imaplib.IMAP4("127.0.0.1", ports["imap"])
        self.imap.login(USER, PASSWORD)
        self.imap.select("INBOX")

    def send(self, to: Person, *, message_id: str = "<one@northlight.example>") -> None:
        message = EmailMessage()
        message["From"], message["To"] = f"Desk <{cast.SUPPORT}>", str(to)
        message["Reply-To"] = f"support+token@{cast.DOMAIN}"
        message["Subject"], message["Message-ID"] = "Re: Hello", message_id
        message.set_content("What do you think?\n")
        with smtplib.SMTP("127.0.0.1", self.smtp_port) as smtp:
            smtp.login(USER, PASSWORD)
            smtp.sendmail(f"bounce+verp@{cast.DOMAIN}", [to.address], message.as_bytes())

    def wait(self, fits: Callable[[Message], bool]) -> Message:
        """The first mail in the mailbox that fits."""
        deadline = time.monotonic() + DEADLINE_SECONDS
        while time.monotonic() < deadline:
            self.imap.noop()
            _, (numbers,) = self.imap.search(None, "ALL")
            for number in numbers.split():
                _, parts = self.imap.fetch(number.decode(), "(BODY.PEEK[])")
                # Between the answers stand flags nobody asked for (RFC 9051 7.5.2).
                content = next(part[1] for part in parts if isinstance(part, tuple))
                found = email.message_from_bytes(content)
                if fits(found):
                    return found
            time.sleep(0.05)
        raise AssertionError("it did not come")


@pytest.fixture
def outside() -> Iterator[Outside]:
    process = subprocess.Popen(
        [sys.executable, "-m", "gateway.demo.process", "--seed", "7"],
        env={**os.environ, SECRET: PASSWORD},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        desk = Outside(process)
        yield desk
        desk.imap.logout()
    finally:
        process.communicate(timeout=DEADLINE_SECONDS)
    assert process.returncode == 0


def from_(person: Person) -> Callable[[Message], bool]:
    return lambda mail: person.address in mail["From"] and mail["To"] == f"support+token@{cast.DOMAIN}"


def test_the_first_mail_comes_by_itself(outside: Outside) -> None:
    first = outside.wait(lambda mail: cast.ANNA.address in mail["From"])
    assert first["Delivered-To"] == first["To"] == cast.SUPPORT
    assert first["Return-Path"] == f"<{cast.ANNA.address}>"


def test_a_customer_answers_in_the_thread(outside: Outside) -> None:
    outside.send(cast.ANNA)
    answer = outside.wait(from_(cast.ANNA))
    assert answer["In-Reply-To"] == "<one@northlight.example>"
    assert "> What do you think?" in str(answer.get_payload(decode=True), "utf-8").replace("\r", "")


def test_another_forgets_the_thread(outside: Outside) -> None:
    outside.send(cast.YUKI)
    answer = outside.wait(from_(cast.YUKI))
    assert answer["In-Reply-To"] is None
    assert answer["References"] is None


def test_another_writes_html_to_the_sender(outside: Outside) -> None:
    outside.send(cast.GRACE)
    answer = outside.wait(lambda mail: cast.GRACE.address in mail["From"] and mail["In-Reply-To"] is not None)
    assert answer["To"] == cast.SUPPORT
    assert "text/html" in [part.get_content_type() for part in answer.walk()]


def test_an_absent_one_lets_a_machine_answer_first(outside: Outside) -> None:
    outside.send(cast.HENRIK)
    answer = outside.wait(from_(cast.HENRIK))
    assert answer["Auto-Submitted"] == "auto-replied"


def test_a_mailbox_that_is_gone_comes_back_as_a_report(outside: Outside) -> None:
    outside.send(cast.OLD_MILL)
    report = outside.wait(lambda mail: mail.get_content_type() == "multipart/report")
    assert (report["Return-Path"], report["Delivered-To"]) == ("<>", f"bounce+verp@{cast.DOMAIN}")
    assert "<one@northlight.example>" in report.as_string()


def test_a_wrong_password_is_refused(outside: Outside) -> None:
    with smtplib.SMTP("127.0.0.1", outside.smtp_port) as smtp, pytest.raises(smtplib.SMTPAuthenticationError):
        smtp.login(USER, "guessed")


def test_a_seed_tells_its_story_again() -> None:
    def told(seed: int) -> list[tuple[str, float]]:
        return [(each.subject, each.after_seconds) for each, _ in zip(arrivals(seed), range(20), strict=False)]

    assert told(3) == told(3)
    assert told(3) != told(4)
