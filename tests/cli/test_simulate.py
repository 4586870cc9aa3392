"""Scenarios played on a desk of their own: where each mail goes, whom it reaches, and that nothing is left behind."""

import json
from pathlib import Path
from typing import Any

import pytest

from tui.cli.scenario import play
from tui.main import main

ANNA, BOB, KIM, EVE = "anna@customer.example", "bob@partner.example", "kim@desk.example", "eve@stranger.example"
SETUP = {
    "domain": "desk.example",
    "addresses": [
        {"address": "help@desk.example", "creates": "ticket"},
        {"address": "sales@desk.example", "creates": "lead"},
    ],
    "agents": [KIM, "lee@desk.example"],
    "records": [
        {
            "key": "T1",
            "type": "ticket",
            "number": "1007",
            "subject": "Printer on fire",
            "contact": ANNA,
            "followers": [ANNA, BOB, KIM],
            "messages": [
                {
                    "key": "m1",
                    "direction": "in",
                    "from": ANNA,
                    "message_id": "orig-1@customer.example",
                    "body": "Help.",
                },
                {"key": "m2", "direction": "out", "from": KIM, "body": "Which model is it?"},
                {"key": "m3", "direction": "note", "from": "lee@desk.example", "body": "They never pay their bills."},
            ],
        },
        {
            "key": "L1",
            "type": "lead",
            "number": "1008",
            "subject": "Ten printers",
            "contact": BOB,
            "followers": [BOB],
            "state": "closed",
            "messages": [{"key": "m1", "direction": "out", "from": KIM, "body": "Here is our offer."}],
        },
    ],
}
DSN = (
    "MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=B\n\n--B\n"
    "Content-Type: text/plain\n\nIt did not arrive.\n--B\nContent-Type: message/delivery-status\n\n"
    "Reporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; {who}\nAction: {action}\nStatus: {status}\n\n--B--\n"
)
ids = iter(range(1000))


def mail(sender: str, to: str, *lines: str, subject: str = "Something", body: str = "Model X200.") -> str:
    head = [f"From: <{sender}>", f"To: {to}", f"Subject: {subject}", "Date: {{now}}", *lines]
    if not any(line.lower().startswith("message-id:") for line in lines):
        head.append(f"Message-ID: <m{next(ids)}@{sender.rpartition('@')[2]}>")
    return "\n".join(head) + f"\n\n{body}\n"


def report(who: str, action: str, status: str, to: str) -> str:
    head = "Return-Path: <>\nFrom: MAILER-DAEMON@mx.example\nSubject: Undelivered\n"
    head += f"To: {to}\nMessage-ID: <{status}@mx.example>\n"
    return head + DSN.format(who=who, action=action, status=status)


CASES: list[tuple[str, str, str, set[str]]] = [
    ("token of somebody else, who takes part", mail(BOB, "{{reply_to:T1.m2}}"), "append:T1", {ANNA, KIM}),
    ("broken token", mail(EVE, "{{reply_to_tampered:T1.m2}}"), "quarantine", set()),
    ("broken token, but a known answer",
     mail(ANNA, "{{reply_to_tampered:T1.m2}}", "In-Reply-To: {{message_id:T1.m2}}"), "append:T1", {BOB, KIM}),
    ("leaked token", mail(EVE, "{{reply_to:T1.m2}}"), "append:T1", {KIM}),
    ("leaked id", mail(EVE, "help@desk.example", "References: {{message_id:T1.m2}}"), "append:T1", {KIM}),
    ("subject tag of a participant", mail(ANNA, "help@desk.example", subject="about {{subject_tag:T1}}"), "append:T1",
     {BOB, KIM}),
    ("subject tag of a stranger", mail(EVE, "help@desk.example", subject="about {{subject_tag:T1}}"), "new:ticket",
     set()),
    ("forwarded to another alias",
     mail(ANNA, "sales@desk.example", "In-Reply-To: {{message_id:T1.m2}}"), "new:lead", set()),
    ("blind copy", mail(EVE, "undisclosed-recipients:;", "Delivered-To: sales@desk.example"), "new:lead", set()),
    ("agent, proved", mail(KIM, "{{reply_to:T1.m2}}",
     "Authentication-Results: mx.desk.example; dmarc=pass header.from=desk.example"), "append:T1", {ANNA, BOB}),
    ("agent, proved by another server only", mail(KIM, "{{reply_to:T1.m2}}",
     "Authentication-Results: mx.evil.example; dmarc=pass header.from=desk.example"), "append:T1", set()),
    ("agent, by a token of their own", mail(KIM, "{{reply_to:T1.m1}}"), "append:T1", {ANNA, BOB}),
    ("answer to a note's mail", mail(KIM, "{{reply_to:T1.m3}}", "In-Reply-To: {{message_id:T1.m3}}"), "append:T1",
     set()),
    ("stranger answers a note's mail", mail(EVE, "{{reply_to:T1.m3}}"), "append:T1", {KIM}),
    ("out of office", mail(ANNA, "{{reply_to:T1.m2}}", "Auto-Submitted: auto-replied", subject="Out of office"),
     "append:T1", set()),
    ("hard bounce", report(ANNA, "failed", "5.1.1", "{{envelope_from:T1.m2}}"), "bounce:T1", set()),
    ("delayed", report(BOB, "delayed", "4.4.7", "{{envelope_from:T1.m2}}"), "bounce:T1", set()),
    ("own mail", mail(EVE, "help@desk.example", "{{loop_header}}X-Other: 1"), "loop", set()),
    ("closed record", mail(BOB, "{{reply_to:L1.m1}}"), "append:L1", set()),
    ("unknown recipient", mail(EVE, "nobody@desk.example"), "quarantine", set()),
]  # fmt: skip


def test_where_each_mail_goes_and_whom_it_reaches() -> None:
    answers = play({"setup": SETUP, "steps": [{"incoming": incoming} for _, incoming, _, _ in CASES]})
    found = [(name, step["outcome"], set(step["relayed_to"])) for (name, *_), step in zip(CASES, answers, strict=True)]
    assert found == [(name, outcome, reaches) for name, _, outcome, reaches in CASES]
    bounced = {name: step["bounced"] for (name, *_), step in zip(CASES, answers, strict=True) if step["bounced"]}
    assert bounced == {"hard bounce": [ANNA]}
    assert sum(step["auto_replies"] for step in answers) == 2  # to Eve and to Anna, once a day each


def test_a_mail_offered_twice_is_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    twice = mail(EVE, "help@desk.example, sales@desk.example", "Message-ID: <same@stranger.example>")
    steps: list[dict[str, Any]] = [{"incoming": twice}, {"incoming": "Delivered-To: help@desk.example\n" + twice}]
    path = tmp_path / "scenario.json"
    path.write_text(json.dumps({"setup": SETUP, "steps": steps}))
    before = sorted(tmp_path.iterdir())
    assert main(["simulate", str(path), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert [step["outcome"] for step in answer["steps"]] == ["new:ticket+lead", "duplicate"]
    assert main(["simulate", str(path)]) == 0
    assert "1. new:ticket+lead" in capsys.readouterr().out
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("content", ["", "[]", '{"setup": {}}', None])
def test_what_is_no_scenario_is_said_in_a_sentence(
    tmp_path: Path, content: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "scenario.json"
    if content is not None:
        path.write_text(content)
    assert main(["simulate", str(path)]) == 66
    assert capsys.readouterr().err.startswith("nightdesk: ")
