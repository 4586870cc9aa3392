"""A scenario of the routing protocol: its records are set up, its mails fed in, and each answered for."""

import re
from contextlib import closing
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any

from gateway.mime.machine import LOOP_HEADER
from gateway.mime.parse import parse
from models.rules import tokens
from models.rules.address import domain, normal
from models.store import desk_facts, messages, placed
from models.store.plain import Reader
from models.types.errors import NotFound
from models.types.routing import Target
from tui.cli.stage import Stage, Taken, stage

_PLACEHOLDER = re.compile(r"\{\{([a-z_]+)(?::([^}.]*)(?:\.([^}]*))?)?\}\}")
_WORDS = {
    Target.DUPLICATE: "duplicate",
    Target.LOOP: "loop",
    Target.IGNORED: "ignored",
    Target.QUARANTINE: "quarantine",
}
_BASE32 = "abcdefghijklmnopqrstuvwxyz234567"
AUTOMATIC_REPLY = "auto-replied"  # RFC 3834 5


def play(scenario: dict[str, Any]) -> list[dict[str, Any]]:
    """Play it from the beginning; one answer for each step."""
    setup = scenario["setup"]
    with (
        stage(setup["domain"], datetime.now(UTC).replace(microsecond=0)) as desk,
        closing(Reader(desk.database.url)) as reader,
    ):
        playing = _Playing(desk, reader, setup)
        return [playing.step(str(step["incoming"])) for step in scenario["steps"]]


class _Playing:
    """The names a scenario gives its records and messages, and what they became here."""

    def __init__(self, desk: Stage, reader: Reader, setup: dict[str, Any]) -> None:
        self._desk = desk
        self._reader = reader
        self._records: dict[str, int] = {}
        self._numbers: dict[str, int] = {}
        self._contacts: dict[str, str] = {}
        self._messages: dict[tuple[str, str], int] = {}
        self._kinds = [each["creates"] for each in setup.get("addresses", ())]
        self._raw_ids: set[int] = set()
        self._bounced: frozenset[int] = frozenset()
        addresses = setup.get("addresses", ())
        for each in addresses:
            desk.address(each["address"], each["creates"])
        desk.account(addresses[0]["address"] if addresses else f"support@{setup['domain']}")
        agents = {normal(email): desk.agent(email) for email in setup.get("agents", ())}
        for record in setup.get("records", ()):
            self._set_up(record, agents)
        self._date = format_datetime(desk.now)

    def step(self, incoming: str) -> dict[str, Any]:
        """Feed one mail in, and tell what became of it."""
        self._desk.wait(seconds=1)
        before = len(self._desk.sink)
        raw_id, target = self._desk.arrives(self._filled(incoming).encode("utf-8", "surrogateescape"))
        again = raw_id in self._raw_ids
        self._raw_ids.add(raw_id)
        sent = self._desk.sink[before:]
        bounced = self._reader.tuples("SELECT id, recipient FROM delivery WHERE state = 'bounced' ORDER BY id")
        new = [who for row_id, who in bounced if row_id not in self._bounced]
        self._bounced = frozenset(row_id for row_id, _ in bounced)
        return {
            "outcome": _WORDS[Target.DUPLICATE] if again else self._outcome(raw_id, target),
            "relayed_to": [one.envelope_to for one in sent if one.automatic != AUTOMATIC_REPLY],
            "bounced": new,
            "auto_replies": sum(one.automatic == AUTOMATIC_REPLY for one in sent),
        }

    def _outcome(self, raw_id: int, target: Target) -> str:
        if target in _WORDS:
            return _WORDS[target]
        made = placed.records_of(self._reader, raw_id)
        if target is Target.NEW:
            kinds = {one.kind for one in made}
            return "new:" + "+".join(sorted(kinds, key=lambda kind: (*self._kinds, kind).index(kind)))
        verb = "bounce" if target is Target.BOUNCE else "append"
        names = {record_id: key for key, record_id in self._records.items()}
        return f"{verb}:{names.get(made[0].id, f'#{made[0].number}') if made else 'none'}"

    def _set_up(self, record: dict[str, Any], agents: dict[str, int]) -> None:
        desk, key = self._desk, record["key"]
        number = int(record.get("number") or 1001 + len(self._records))
        kind, contact = record.get("type") or self._kinds[0], normal(record.get("contact") or "")
        followers = [normal(address) for address in record.get("followers", ())]
        record_id = desk.record(
            kind=kind, number=number, title=record["subject"], contact=contact, followers=followers, agents=agents
        )
        self._records[key], self._numbers[key], self._contacts[key] = record_id, number, contact
        somebody = next(iter(agents.values()), None) or desk.agent(f"somebody@staff.{domain(contact) or 'test'}")
        for message in record.get("messages", ()):
            desk.wait(minutes=1)
            author = normal(message.get("from") or "")
            if message["direction"] == "in":
                message_id = desk.came_in(self._letter(record, message, author), number, somebody)
            else:
                agent_id = agents.get(author) or (desk.agent(author) if author else somebody)
                message_id = desk.write(record_id, agent_id, message["body"], note=message["direction"] == "note")
            self._messages[key, message["key"]] = message_id
        # who writes follows from then on; the scenario says who does when its steps begin
        desk.unfollow(record_id, [agent_id for address, agent_id in agents.items() if address not in followers])
        desk.wait(minutes=1)
        desk.state(record_id, str(record.get("state") or ""), somebody)

    def _letter(self, record: dict[str, Any], message: dict[str, Any], author: str) -> bytes:
        mail = EmailMessage()
        mail["From"] = author
        mail["To"] = message.get("to") or f"records@{domain(author)}"
        mail["Subject"] = record["subject"]
        mail["Date"] = self._desk.now
        given = message.get("message_id") or f"{record['key']}.{message['key']}@{domain(author)}"
        mail["Message-ID"] = f"<{str(given).strip('<>')}>"
        mail.set_content(message["body"])
        return bytes(mail)

    def _filled(self, text: str) -> str:
        sender = parse(text.encode("utf-8", "surrogateescape")).sender
        address = normal(sender[0].address) if sender else ""
        return _PLACEHOLDER.sub(
            lambda found: self._value(found[1], found[2] or "", found[3] or "", address, text), text
        )

    def _value(self, name: str, record: str, message: str, sender: str, text: str) -> str:
        if name == "now":
            return self._date  # the same in every step: the same mail twice is the same bytes twice
        if name == "loop_header":
            key = self._desk.database.read(desk_facts.read).key
            return f"{LOOP_HEADER.title()}: {tokens.loop_tag(key)}\n"
        if name == "subject_tag":
            return tokens.subject_tag(self._numbers[record])
        if (record, message) not in self._messages:
            raise NotFound(f"The scenario names {record}.{message}, which it does not have.")
        message_id = self._messages[record, message]
        facts = self._desk.database.read(messages.read, message_id)
        assert facts is not None
        if name == "message_id":
            return facts.message_id
        if name == "subject":
            return facts.subject
        copies = [one for one in self._desk.sink if one.message_id == message_id]
        if name == "envelope_from":
            # a report comes back for the copy of whoever it names
            named = next((one for one in copies if one.envelope_to in text), None)
            return (named or _copy(copies, self._contacts[record], record, message)).envelope_from
        mine = _copy(copies, sender, record, message, self._contacts[record])
        address = mine.mail.reply_to[0].address
        return _tampered(address) if name == "reply_to_tampered" else address


def _copy(copies: list[Taken], who: str, record: str, message: str, otherwise: str = "") -> Taken:
    """The copy this person got, else the other one's, else the first."""
    by_person = {one.envelope_to: one for one in copies}
    found = by_person.get(who) or by_person.get(otherwise) or next(iter(copies), None)
    if found is None:
        raise NotFound(f"Nobody got {record}.{message} by mail, so nobody can answer it.")
    return found


def _tampered(address: str) -> str:
    name, _, host = address.rpartition("@")
    other = _BASE32[(_BASE32.index(name[-1].lower()) + 1) % len(_BASE32)]
    return f"{name[:-1]}{other}@{host}"
