"""Who wrote it: people, machines, lists; and whom no machine may answer."""

import pytest

from gateway.mime.parse import parse
from models.types.message import MailClass

PERSON = "From: Anna <anna@x.example>\nReturn-Path: <anna@x.example>\n"


def judged(head: str) -> tuple[MailClass, bool, bool]:
    mail = parse(f"{head}\n\nHello\n".encode())
    return mail.mail_class, mail.auto_generated, mail.no_autoreply


MACHINES = [
    "Auto-Submitted: auto-replied",
    "Auto-Submitted: auto-generated (by cron)",
    "X-Autoreply: yes",
    "X-Autorespond: Away",
    "Precedence: auto_reply",
    "X-FC-MachineGenerated: true",
    "X-POST-MessageClass: 9; Autoresponder",
    "X-Autoresponse: yes",
    "X-MS-Exchange-Generated-Message-Source: Mailbox Rules Agent",
    "X-Cron-Env: <SHELL=/bin/sh>",
    "Preference: auto_reply",
    "X-Mailer: vacation 1.2",
    "Subject: Automatic reply: Printer",
    "Subject: Out of office: Re: Printer",
    "Subject: Re: Out of Office: Printer",
    "Subject: Automatische Antwort: Drucker",
    "Subject: Abwesenheitsnotiz: Drucker",
    "Subject: =?utf-8?Q?R=C3=A9ponse_automatique_=3A_Imprimante?=",
    "Subject: Respuesta automática: Impresora",
    "Subject: Resposta automática: Impressora",
    "Subject: Risposta automatica: Stampante",
    "Subject: Automatisch antwoord: Printer",
    "Subject: Autosvar: Skrivare",
    "Subject: Odpowiedź automatyczna: Drukarka",
    "Subject: Автоответ: Принтер",
    "Subject: 自动回复: 打印机",
    "Subject: 自動応答: プリンター",
]


@pytest.mark.parametrize("field", MACHINES)
def test_machines_are_known(field: str) -> None:
    assert judged(PERSON + field) == (MailClass.AUTOREPLY, True, True)


PEOPLE = [
    "Subject: Printer",
    "Subject: Auto insurance claim",
    "Subject: Question about the out of office assistant",
    "Subject: Vacation request form does not open",
    "Subject: Re: automatic door is broken",
    "Subject: Abwesenheit im Kalender eintragen",
    "Auto-Submitted: no",
    "X-Auto-Response-Suppress: OOF",
    "Precedence: normal",
    "X-Autoreply: no",
    "X-Mailer: Some Mail 1.0",
]


@pytest.mark.parametrize("field", PEOPLE)
def test_people_stay_people(field: str) -> None:
    kind, automatic, _ = judged(PERSON + field)
    assert (kind, automatic) == (MailClass.HUMAN, False)


SILENT = [
    "List-Id: <users.lists.example>",
    "Precedence: bulk",
    "List-Archive: <https://lists.example/users>",
    "X-Mailman-Version: 3.3",
    "List-Unsubscribe: <mailto:u@x.example>",
    "X-Loop: desk",
    "X-Auto-Response-Suppress: All",
    "X-Nightdesk-Loop: abc",
    "X-Failed-Recipients: b@x.example",
]


@pytest.mark.parametrize("field", SILENT)
def test_what_no_machine_may_answer(field: str) -> None:
    assert judged(PERSON + field)[2]


@pytest.mark.parametrize(
    "sender",
    [
        "MAILER-DAEMON@x.example",
        "postmaster@x.example",
        "no-reply@x.example",
        "noreply+1@x.example",
        "bounces@x.example",
        "users-bounces@lists.example",
        "users-owner@lists.example",
        "owner-users@lists.example",
        "users-request@lists.example",
        "account-noreply@x.example",
        "nicht-antworten@x.example",
        "ne-pas-repondre@x.example",
        "noresponder@x.example",
    ],
)
def test_addresses_nobody_reads(sender: str) -> None:
    assert judged(f"From: {sender}")[2]


@pytest.mark.parametrize(
    "sender",
    [
        "norris@x.example",
        "request@x.example",
        "owner.anna@x.example",
        "owner@x.example",
        "note@x.example",
        "anna@x.example",
    ],
)
def test_addresses_people_have(sender: str) -> None:
    assert not judged(f"From: {sender}")[2]


@pytest.mark.parametrize(
    "subject", ["Out of office", "Away: until Monday", "Je suis absente", "Ich bin im Urlaub", "Nieobecność: Printer"]
)
def test_a_weak_subject_needs_the_null_sender(subject: str) -> None:
    assert judged(f"From: anna@x.example\nReturn-Path: <>\nSubject: {subject}")[0] is MailClass.AUTOREPLY
    assert judged(f"From: anna@x.example\nSubject: {subject}")[0] is MailClass.HUMAN


def test_a_null_sender_is_never_answered_and_makes_a_weak_subject_sure() -> None:
    assert judged("From: anna@x.example\nReturn-Path: <>\nSubject: Printer") == (MailClass.HUMAN, False, True)
    assert judged("From: anna@x.example\nReturn-Path: <>\nSubject: Out of office")[0] is MailClass.AUTOREPLY
    assert judged("From: anna@x.example\nSubject: Out of office")[0] is MailClass.HUMAN


def test_lists_are_lists() -> None:
    assert judged(f"{PERSON}List-Id: <users.lists.example>")[0] is MailClass.LIST


def test_the_envelope_is_read_from_the_fields_mail_servers_leave() -> None:
    mail = parse(b"Delivered-To: a@desk.example\nX-Original-To: B <b@desk.example>\nReturn-Path: <x@y.example>\n\n")
    assert mail.delivered_to == ("a@desk.example", "b@desk.example")
    assert mail.return_path == "x@y.example"
    assert parse(b"Return-Path: <>\n\n").return_path == ""
    assert parse(b"Subject: x\n\n").return_path is None
