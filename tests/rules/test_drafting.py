from dataclasses import replace

import pytest

from models.rules.drafting import problems
from models.types.draft_mode import DraftMode
from models.types.people import Audience, Channel, Recipient, Why

anna = Recipient("Anna", "anna@customer.example", Channel.EMAIL, Why.TO, contact_id=1)
kim = Recipient("Kim", "", Channel.INBOX, Why.FOLLOWER, agent_id=1)
SENDER = "Support <support@desk.test>"


@pytest.mark.parametrize(
    ("mode", "text", "people", "sender", "quoted", "words"),
    [
        (DraftMode.REPLY, "Hello", (anna,), SENDER, False, ()),
        (DraftMode.REPLY, "Hello", (anna, kim), SENDER, False, ()),
        (DraftMode.REPLY, " \n\t", (anna,), SENDER, False, ("no text",)),
        (DraftMode.REPLY, "Hello", (), SENDER, False, ("Nobody",)),
        (DraftMode.REPLY, "Hello", (anna,), "", False, ("no address this record",)),
        (DraftMode.REPLY, "Hello", (kim,), "", False, ("No customer",)),
        (DraftMode.REPLY, "Hello", (replace(kim, why=Why.TO),), "", False, ()),
        (DraftMode.REPLY, "Hello", (anna,), SENDER, True, ("internal note",)),
        (DraftMode.REPLY, "", (), "", True, ("no text", "Nobody", "internal note")),
        (DraftMode.NOTE, "Hello", (), "", False, ()),
        (DraftMode.NOTE, "Hello", (kim,), "", False, ()),
        (DraftMode.NOTE, "Hello", (kim, anna), "", False, ("reach Anna",)),
        (DraftMode.NOTE, "", (), "", False, ("no text",)),
    ],
)
def test_problems(
    mode: DraftMode, text: str, people: tuple[Recipient, ...], sender: str, quoted: bool, words: tuple[str, ...]
) -> None:
    found = problems(mode=mode, text=text, audience=Audience(people), sender=sender, quoted_note=quoted)
    assert len(found) == len(words)
    assert all(word in sentence for word, sentence in zip(words, found, strict=True))


def test_a_mailed_recipient_without_an_address_is_named() -> None:
    nowhere = Recipient("Bob", "", Channel.EMAIL, Why.TO, contact_id=2)
    found = problems(mode=DraftMode.REPLY, text="Hello", audience=Audience((nowhere,)), sender=SENDER)
    assert found == ("Bob has no mail address.",)
