"""The demo's customers put their mail into bytes here, each as the mail program they use would."""

from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage, Message
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import SMTP
from email.utils import format_datetime
from html import escape


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody outside."""

    name: str
    address: str

    def __str__(self) -> str:
        return f"{self.name} <{self.address}>"


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail of a person. ``token`` makes its Message-ID; ``answers`` are ids, newest last."""

    author: Person
    to: str
    subject: str
    text: str
    date: datetime
    token: str
    answers: tuple[str, ...] = ()
    quoted: str = ""
    quoted_intro: str = ""

    @property
    def message_id(self) -> str:
        """The id with its brackets."""
        return f"<{self.token}@{self.author.address.rpartition('@')[2]}>"


def plain(letter: Letter) -> bytes:
    """Write it as a plain-text program does: the quote below, with ``>``."""
    message = _headed(letter)
    body = letter.text + "\n"
    if letter.quoted:
        body += f"\n{letter.quoted_intro}\n" + "".join(f"> {line}\n" for line in letter.quoted.splitlines())
    message.set_content(body)
    return message.as_bytes(policy=SMTP)


def outlook(letter: Letter) -> bytes:
    """Write it as Outlook does: an HTML part beside the text, styles, and the quote under a ruled block."""
    message = _headed(letter)
    message["X-Mailer"] = "Microsoft Outlook 16.0"
    paragraphs = "".join(f'<p class="MsoNormal">{escape(line) or "&nbsp;"}</p>' for line in letter.text.split("\n"))
    quote = ""
    if letter.quoted:
        sent, about = f"{letter.date:%A, %d %B %Y %H:%M}", escape(letter.subject)
        lines = "".join(f'<p class="MsoNormal">{escape(line)}</p>' for line in letter.quoted.splitlines())
        quote = (
            '<div><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm">'
            f'<p class="MsoNormal"><b>From:</b> {escape(letter.to)}<br><b>Sent:</b> {sent}<br>'
            f"<b>To:</b> {escape(str(letter.author))}<br><b>Subject:</b> {about}</p></div></div>{lines}"
        )
    message.set_content(letter.text + "\n")
    message.add_alternative(
        '<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style>'
        "p.MsoNormal{margin:0cm;font-family:Calibri}</style></head>"
        f'<body lang="EN-GB"><div class="WordSection1">{paragraphs}{quote}</div></body></html>',
        subtype="html",
    )
    return message.as_bytes(policy=SMTP)


def out_of_office(letter: Letter) -> bytes:
    """Write it as an absence assistant does (RFC 3834)."""
    message = _headed(letter)
    message["Auto-Submitted"] = "auto-replied"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(letter.text + "\n")
    return message.as_bytes(policy=SMTP)


def undeliverable(*, to: str, failed: str, original: bytes, date: datetime, token: str) -> bytes:
    """Write the delivery report for a mailbox that does not exist (RFC 3464). Send it with the null sender."""
    report = MIMEMultipart("report", report_type="delivery-status")
    report["From"] = "Mail Delivery System <mailer-daemon@mail.test>"
    report["To"] = to
    report["Subject"] = "Undelivered Mail Returned to Sender"
    report["Date"] = format_datetime(date)
    report["Message-ID"] = f"<{token}@mail.test>"
    report["Auto-Submitted"] = "auto-replied"
    report.attach(MIMEText(f"Your message could not be delivered to {failed}:\n\n    550 5.1.1 No such user here\n"))
    host, person = Message(), Message()
    host["Reporting-MTA"] = "dns; mail.test"
    person["Final-Recipient"] = f"rfc822; {failed}"
    person["Action"] = "failed"
    person["Status"] = "5.1.1"
    person["Diagnostic-Code"] = "smtp; 550 5.1.1 No such user here"
    status = Message()
    status["Content-Type"] = "message/delivery-status"
    status.set_payload([host, person])
    report.attach(status)
    head = original.replace(b"\r\n", b"\n").partition(b"\n\n")[0].decode("ascii", "replace")
    report.attach(MIMEText(head + "\n", "rfc822-headers"))
    return report.as_bytes(policy=SMTP)


def _headed(letter: Letter) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"] = str(letter.author)
    message["To"] = letter.to
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(letter.date)
    message["Message-ID"] = letter.message_id
    if letter.answers:
        message["In-Reply-To"] = letter.answers[-1]
        message["References"] = " ".join(letter.answers)
    return message
