"""Delivery reports as mail systems write them, complaints and receipts, and mail that only looks like one."""

import pytest

from gateway.mime.parse import parse
from models.types.mail import Bounce
from models.types.message import MailClass

HEAD = "From: MAILER-DAEMON@mx.example\nTo: me@desk.example\nSubject: Undelivered Mail\nReturn-Path: <>\n"
TO_ANNA = "Final-Recipient: rfc822; anna@x.example\nAction: failed\n"
RETURNED = "Message-ID: <m1@desk.example>\nFrom: me@desk.example\nTo: anna@x.example\nSubject: Printer\n\nHello\n"


def report(status: str, words: str = "Something went wrong.", returned: str = RETURNED) -> Bounce:
    parts = [
        f"Content-Type: text/plain\n\n{words}\n",
        f"Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n{status}\n",
        f"Content-Type: message/rfc822\n\n{returned}",
    ]
    body = "".join(f"--b\n{part}\n" for part in parts) + "--b--\n"
    return parse(
        f"{HEAD}Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n{body}".encode()
    ).bounce


def text_bounce(body: str, head: str = HEAD) -> Bounce:
    return parse(f"{head}\n{body}".encode()).bounce


def seen(bounce: Bounce) -> list[tuple[str, str, str]]:
    return [(one.address, one.status, one.kind) for one in bounce.recipients]


STATUS = [
    (
        f"{TO_ANNA}Status: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 unknown",
        [("anna@x.example", "5.1.1", "hard")],
    ),
    (
        "Final-Recipient: rfc822;anna@x.example\nAction: delayed\nStatus: 4.4.1",
        [("anna@x.example", "4.4.1", "delayed")],
    ),
    (
        f"{TO_ANNA}Status: 4.4.7\nDiagnostic-Code: smtp; message expired",
        [("anna@x.example", "4.4.7", "soft")],
    ),
    (
        "Final-Recipient: rfc822; a@x.example\nAction: failed\nStatus: 5.1.1\n\n"
        "Final-Recipient: rfc822; b@x.example\nAction: failed\nStatus: 5.2.2\nDiagnostic-Code: smtp; 552 5.2.2 full",
        [("a@x.example", "5.1.1", "hard"), ("b@x.example", "5.2.2", "soft")],
    ),
    (  # the server's own code is the truer one
        f"{TO_ANNA}Status: 5.0.0\nDiagnostic-Code: smtp; 550 5.7.1\n blocked",
        [("anna@x.example", "5.7.1", "hard")],
    ),
    (  # it gave up waiting; what it heard last is the cause
        f"{TO_ANNA}Status: 4.4.7\nDiagnostic-Code: smtp; 554 4.4.7 gave up after a day <421 4.4.2 no greeting>",
        [("anna@x.example", "4.4.2", "soft")],
    ),
    (  # delivered to one address on behalf of another: both are named
        "Original-Recipient: rfc822; anna@x.example\nFinal-Recipient: rfc822; anna@inner.example\nAction: failed\n"
        "Status: 5.1.1",
        [("anna@x.example", "5.1.1", "hard"), ("anna@inner.example", "5.1.1", "hard")],
    ),
    (  # what is beside it is a program on the host
        "Original-Recipient: rfc822;anna@x.example\nFinal-Recipient: rfc822;@store.x.example:anna@store-daemon\n"
        "Action: failed\nStatus: 5.1.1",
        [("anna@x.example", "5.1.1", "hard")],
    ),
    (
        "Final-Recipient: rfc822;root@localhost\nAction: failed\nStatus: 5.1.1",
        [("root@localhost", "5.1.1", "hard")],
    ),
    (  # no blank line between two recipients
        "Final-Recipient: rfc822; a@x.example\nAction: failed\nStatus: 5.1.1\n"
        "Final-Recipient: rfc822; b@x.example\nAction: failed\nStatus: 5.1.1",
        [("a@x.example", "5.1.1", "hard"), ("b@x.example", "5.1.1", "hard")],
    ),
    (  # nobody is named: whom the returned mail was for
        "Action: failed\nStatus: 5.0.0",
        [("anna@x.example", "5.0.0", "hard")],
    ),
]


@pytest.mark.parametrize(("status", "recipients"), STATUS)
def test_standard_reports(status: str, recipients: list[tuple[str, str, str]]) -> None:
    found = report(status)
    assert seen(found) == recipients
    assert found.is_bounce
    assert found.original_ids == ("<m1@desk.example>",)


def test_a_report_of_success_is_no_bounce() -> None:
    found = report("Final-Recipient: rfc822; anna@x.example\nAction: relayed\nStatus: 2.1.5")
    assert not found.is_bounce
    assert seen(found) == [("anna@x.example", "2.1.5", "delivered")]


def test_where_the_fields_are_silent_the_words_speak() -> None:
    found = report(
        "Final-Recipient: rfc822; anna@x.example\nAction: failed\nStatus: 5.0.0",
        words="anna@x.example: 550 5.7.26 not authenticated",
    )
    assert seen(found) == [("anna@x.example", "5.7.26", "hard")]


def test_why_it_took_too_long_may_stand_in_the_words() -> None:
    found = report(
        f"{TO_ANNA}Status: 4.4.7\nDiagnostic-Code: smtp; 550 4.4.7 expired",
        words="anna@x.example\nGave up: '550 4.4.7 expired'. Last heard: '441 4.4.1 no connection'",
    )
    assert seen(found) == [("anna@x.example", "4.4.1", "soft")]


TEXTS = [
    # French, in one sentence
    ("Le message n'a pas pu être délivré à anna@x.example\n(552 5.2.2 plein)", [("anna@x.example", "5.2.2", "soft")]),
    # Postfix
    (
        "This is the mail system at mx.example.\n\nFor further assistance, please send mail to <help@mx.example>\n\n"
        "<anna@x.example>: host mx.x.example[192.0.2.1] said: 550 5.1.1\n    <anna@x.example>: User unknown",
        [("anna@x.example", "5.1.1", "hard")],
    ),
    # Exim
    (
        "A message that you sent could not be delivered.\nThe following address(es) failed:\n\n"
        "  anna@x.example\n    host mx.x.example [192.0.2.1]: 452 4.2.2 mailbox full\n"
        "  bob@y.example\n    all hosts have been failing for a long time\n\n"
        "------ This is a copy of the message, including all the headers. ------\n\nTo: c@z.example",
        [("anna@x.example", "4.2.2", "soft"), ("bob@y.example", "", "soft")],
    ),
    # qmail
    (
        "Hi. This is the qmail-send program at mx.example.\nI'm afraid I wasn't able to deliver your message.\n\n"
        "<anna@x.example>:\nSorry, no mailbox here. (#5.1.1)\n\n--- Below this line is a copy of the message.\n",
        [("anna@x.example", "5.1.1", "hard")],
    ),
    # Exchange
    (
        "Your message\n\n  To:      c@z.example\n  Subject: Printer\n\ndid not reach the following recipient(s):\n\n"
        "anna@x.example on Mon, 4 Mar 2024 10:00:00\n    The recipient name is not recognized",
        [("anna@x.example", "", "hard")],
    ),
    # Microsoft 365
    (
        "Delivery has failed to these recipients or groups:\n\nanna@x.example<mailto:anna@x.example>\nNot found.\n\n"
        "Diagnostic information for administrators:\n\nanna@x.example\nRemote Server returned '550 5.1.10 not found'",
        [("anna@x.example", "5.1.10", "hard")],
    ),
    # Gmail
    (
        "Delivery to the following recipient has been delayed:\n\n     anna@x.example\n\nMessage will be retried",
        [("anna@x.example", "", "delayed")],
    ),
    # sendmail
    (
        "  ----- These addresses had permanent fatal errors -----\n<anna@x.example>\n  (reason: 550 5.7.1 refused)\n"
        "    (expanded from: <sales@x.example>)\n",
        [("anna@x.example", "5.7.1", "hard"), ("sales@x.example", "5.7.1", "hard")],
    ),
    # a user without a domain: whom the returned mail was on its way to
    (
        "The following address(es) failed:\n\n  anna\n    Unknown user\n\n--- This is a copy of the message ---\n\n"
        "Received: from desk.example by mx.example for <anna@x.example>; Mon, 1 Feb 2021 10:00:00 +0000\nSubject: Hi\n",
        [("anna@x.example", "", "hard")],
    ),
    # fields of the returned mail told before the reason
    (
        "This is about a mail of yours with these header fields:\n\n  Return-path: <me@desk.example>\n  Subject: Hi\n\n"
        "It could not be delivered:\n\n  Recipient address: anna@x.example\n  Reason: mailbox full\n",
        [("anna@x.example", "", "soft")],
    ),
    # nobody is named at all
    ("A message that you sent could not be delivered.\n\n  save to a folder\n    no room\n", []),
    # no connection is no fault of the address
    (
        "Could not be delivered:\n\n<anna@x.example>: lost connection with mx.x.example",
        [("anna@x.example", "", "soft")],
    ),
    (
        "Delivery failed, being unable to connect to the server:\n\n    anna@x.example",
        [("anna@x.example", "", "soft")],
    ),
    # no blanks round the address
    ("宛先が見つからないため、anna@x.example、にメールは配信できませんでした。", [("anna@x.example", "", "hard")]),
    # one sentence
    ("There was an error delivering your mail to <anna@x.example>.\nHost not found.", [("anna@x.example", "", "hard")]),
    ("User's mailbox is full: <anna@x.example>\nUnable to deliver mail.", [("anna@x.example", "", "soft")]),
    (
        "Ihre Nachricht konnte nicht zugestellt werden:\n\nanna@x.example\nBenutzer unbekannt",
        [("anna@x.example", "", "hard")],
    ),
]


@pytest.mark.parametrize(("body", "recipients"), TEXTS)
def test_reports_in_plain_words(body: str, recipients: list[tuple[str, str, str]]) -> None:
    found = text_bounce(body)
    assert found.is_bounce
    assert found.probable
    assert seen(found) == recipients


def test_a_field_of_the_header_names_who_failed() -> None:
    found = text_bounce("Sorry about that.", f"{HEAD}X-Failed-Recipients: anna@x.example\n")
    assert seen(found) == [("anna@x.example", "", "hard")]
    assert not found.probable


def test_a_report_with_nothing_left_in_it_is_a_bounce_of_nobodys_mail() -> None:
    kind = 'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n'
    found = text_bounce("<<< empty >>>\n", HEAD + kind)
    assert found.is_bounce
    assert not found.recipients


def test_the_returned_mail_inside_the_text_is_found() -> None:
    body = (
        f"Unable to deliver message to:\n<anna@x.example>:\nno such user\n\n--- Original message follows.\n\n{RETURNED}"
    )
    assert text_bounce(body).original_ids == ("<m1@desk.example>",)


NOT_BOUNCES = [
    (
        "From: anna@x.example\nSubject: Undeliverable parcel\n",
        "The parcel could not be delivered to me at bob@x.example.",
    ),
    ("From: anna@x.example\nSubject: Re: Undelivered Mail\n", "It says user unknown:\nbob@x.example\nWhat now?"),
    ("From: anna@x.example\nSubject: Printer\n", "Delivery failed? My mailbox is full. Write to bob@x.example"),
    ("From: anna@x.example\nSubject: Out of office\nReturn-Path: <>\n", "I am away. Ask bob@x.example."),
    ("From: anna@x.example\nSubject: Out of office\nReturn-Path: <>\n", "Mail is not delivered to bob@x.example."),
    (
        "From: anna@x.example\nSubject: Automatic reply: x\nReturn-Path: <>\n",
        "I could not be reached. Ask bob@x.example.",
    ),
    ("From: anna@x.example\nSubject: original attached\n", "See the file."),
]


@pytest.mark.parametrize(("head", "body"), NOT_BOUNCES)
def test_mail_by_people_is_no_bounce(head: str, body: str) -> None:
    assert not text_bounce(body, head).is_bounce


def feedback(fields: str) -> bytes:
    parts = [
        "Content-Type: text/plain\n\nThis is an abuse report.\n",
        f"Content-Type: message/feedback-report\n\nFeedback-Type: abuse\nVersion: 1\n{fields}\n",
        f"Content-Type: message/rfc822\n\n{RETURNED}",
    ]
    body = "".join(f"--b\n{part}\n" for part in parts) + "--b--\n"
    return f"{HEAD}Content-Type: multipart/report; report-type=feedback-report; boundary=b\n\n{body}".encode()


def test_a_complaint_is_no_bounce() -> None:
    mail = parse(feedback("Original-Rcpt-To: <anna@x.example>"))
    assert (mail.bounce.is_bounce, mail.bounce.is_complaint) == (False, True)
    assert [one.address for one in mail.bounce.recipients] == ["anna@x.example"]
    assert mail.bounce.original_ids == ("<m1@desk.example>",)
    assert mail.mail_class is MailClass.REPORT


def test_a_complaint_may_be_nothing_but_the_marked_mail() -> None:
    returned = f"X-HmXmrOriginalRecipient: anna@x.example\n{RETURNED}"
    head = "From: staff@x.example\nSubject: complaint about message from 192.0.2.1\n"
    kind = "Content-Type: multipart/mixed; boundary=b\n"
    found = parse(f"{head}{kind}\n--b\nContent-Type: message/rfc822\n\n{returned}\n--b--\n".encode()).bounce
    assert found.is_complaint
    assert [one.address for one in found.recipients] == ["anna@x.example"]


def test_a_receipt_is_a_report_and_no_bounce() -> None:
    raw = (
        "From: anna@x.example\nSubject: Read: Printer\nContent-Type: multipart/report; boundary=b\n\n"
        "--b\n\nThe mail was read.\n--b\nContent-Type: message/disposition-notification\n\n"
        "Final-Recipient: rfc822; anna@x.example\nDisposition: manual-action/MDN-sent-manually; displayed\n--b--\n"
    )
    mail = parse(raw.encode())
    assert mail.mail_class is MailClass.REPORT
    assert not mail.bounce.is_bounce
    assert mail.no_autoreply


def test_a_bounce_reported_by_amazon_as_json() -> None:
    inner = (
        '{\\"notificationType\\":\\"Bounce\\",\\"bounce\\":{\\"bounceType\\":\\"Permanent\\",\\"bouncedRecipients\\":[{'
        '\\"emailAddress\\":\\"anna@x.example\\",\\"action\\":\\"failed\\",\\"status\\":\\"5.1.1\\"}]}}'
    )
    found = text_bounce(f'{{\n"Type" : "Notification",\n"Message" : "{inner}"\n}}', "From: no-reply@sns.example\n")
    assert seen(found) == [("anna@x.example", "5.1.1", "hard")]
