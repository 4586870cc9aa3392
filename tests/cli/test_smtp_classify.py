import json

from tui.cli.smtp_classify import run


def test_each_line_is_answered_in_order() -> None:
    asked = [
        {"code": 550, "enhanced": "5.1.1", "text": "user unknown", "stage": "RCPT"},
        {"code": 450, "enhanced": "4.2.2", "text": "mailbox full", "stage": ""},
        {"code": 553, "enhanced": "", "text": "sender address rejected", "stage": "MAIL"},
        {"code": 450, "enhanced": "", "text": "greylisted", "stage": "RCPT"},
        {"code": None, "text": "\u001b[2Jconnection lost", "stage": "HELO"},
    ]
    answers = [json.loads(line) for line in run(json.dumps(one) for one in asked)]
    assert answers == [
        {"temporary": False, "reason": "user"},
        {"temporary": True, "reason": "full"},
        {"temporary": False, "reason": "rejected"},
        {"temporary": True, "reason": "greylisted"},
        {"temporary": True, "reason": "system"},
    ]


def test_an_unreadable_line_is_an_error_and_the_next_is_answered() -> None:
    lines = ["", "{", "[]", '{"code": "x"}', '{"code": 550, "text": "user unknown"}\n']
    answers = [json.loads(line) for line in run(lines)]
    assert [sorted(answer) for answer in answers] == [["error"]] * 3 + [["reason", "temporary"]]
