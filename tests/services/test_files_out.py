"""Files that go out: attached to a draft, kept once, sent, taken back; and an incoming mail's files passed on (R16)."""

from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest

from gateway.mime.compose import compose
from gateway.mime.forwarded import with_forwarded
from gateway.mime.parse import parse
from models.rules import attaching
from models.services import draft_files as service
from models.services import drafts, receive, reply, route, undo
from models.services.outgoing import outgoing
from models.store import draft_files, records
from models.tables.mail import Delivery
from models.tables.record import Attachment, DraftFile, Message, Record
from models.types.draft import Sent
from models.types.draft_mode import DraftMode
from models.types.errors import NotAllowed, NotFound
from models.types.mail import ForwardedFile, Mailbox, OutgoingMail
from models.types.routing import Target
from tests.services.letters import START, World, letter
from tui import attaching as from_disk

OFFER = b"%PDF offer"


@pytest.fixture
def record_id(world: World) -> int:
    world.arrives(letter())
    return int(world.all(Record)[0].id)


def attach(world: World, draft_id: int, name: str = "offer.pdf", content: bytes = OFFER) -> Any:
    agent_id = world.anton.id
    return world.write(service.attach, draft_id, agent_id, name=name, content=content, now=world.now)


def files(view: Any) -> list[tuple[str, str, int]]:
    return [(file.name, file.media_type, file.size_bytes) for file in view.files]


def kept(world: World) -> int:
    with world.database.reading() as session:
        return len(session.connection().exec_driver_sql("SELECT sha256 FROM file_content").all())


def sent_files(world: World, delivery: Delivery) -> list[tuple[str | None, bytes]]:
    wire = compose(with_forwarded(world.read(outgoing, delivery.id)))
    mail = message_from_bytes(wire, policy=policy.default)
    return [(part.get_filename(), part.get_content()) for part in mail.iter_attachments()]


def test_attached_in_order_under_safe_names_and_taken_off(world: World, record_id: int) -> None:
    draft = world.write_draft(record_id, "See there.")
    attach(world, draft)
    view = attach(world, draft, "../../etc/pass\u202ewd.exe", b"x")
    assert files(view)[0] == ("offer.pdf", "application/pdf", 10)
    assert [file.name for file in view.files] == ["offer.pdf", "_.._etc_passwd.exe"]
    view = world.write(service.detach, draft, world.anton.id, view.files[0].id)
    assert [file.name for file in view.files] == ["_.._etc_passwd.exe"]
    with pytest.raises(NotFound):
        world.write(service.detach, draft, world.anton.id, 99)


@pytest.mark.parametrize(
    ("size", "others", "said"),
    [
        (0, [], "is empty"),
        (attaching.MOST_BYTES + 1, [], "too large: a mail carries 18 MB of files at most. Send a link"),
        (1, [attaching.MOST_BYTES], "too large together with those attached"),
        (1, [1] * attaching.MOST_FILES, "into an archive"),
        (attaching.MOST_BYTES, [], ""),
    ],
)
def test_limits_are_said(size: int, others: list[int], said: str) -> None:
    refused = attaching.refusal("a.bin", size, others)
    assert said in refused
    assert bool(said) == bool(refused)


def test_a_note_carries_none(world: World, record_id: int) -> None:
    with pytest.raises(NotAllowed, match="A note carries no files"):
        attach(world, world.write_draft(record_id, "x", DraftMode.NOTE))


def test_sent_with_every_copy_and_kept_once(world: World, record_id: int) -> None:
    world.write(records.follow, record_id, agent_id=world.berta.id)
    for text in ("See there.", "And again."):
        draft = world.write_draft(record_id, text)
        attach(world, draft)
        seen = world.newest(record_id)
        sent = world.write(
            reply.send, draft_id=draft, agent_id=world.anton.id, base=seen, now=world.now, hold_seconds=0
        )
        assert isinstance(sent, Sent)
    assert [sent_files(world, one) for one in world.all(Delivery)] == [[("offer.pdf", OFFER)]] * 4
    assert (kept(world), len(world.all(Attachment)), world.all(DraftFile)) == (1, 2, [])


def test_taken_back_and_thrown_away_they_come_back(world: World, record_id: int) -> None:
    draft = world.write_draft(record_id, "See there.")
    attach(world, draft)
    seen = world.newest(record_id)
    world.write(reply.send, draft_id=draft, agent_id=world.anton.id, base=seen, now=world.now, hold_seconds=13)
    back = world.write(undo.undo_newest, world.anton.id, world.now).draft
    assert (files(back), world.all(Attachment)) == ([("offer.pdf", "application/pdf", 10)], [])
    world.write(drafts.discard, back.id, world.anton.id, world.now)
    assert world.all(DraftFile) == []
    again = world.write(undo.undo_newest, world.anton.id, world.now).draft
    assert files(again) == files(back)


def test_a_draft_with_nothing_but_a_file_is_continued(world: World, record_id: int) -> None:
    opened = world.write(drafts.open_draft, record_id, DraftMode.REPLY, world.anton.id, world.now)
    attach(world, opened.id)
    again = world.write(drafts.open_draft, record_id, DraftMode.REPLY, world.anton.id, world.now)
    assert (again.id, len(again.files)) == (opened.id, 1)


def test_what_nothing_uses_is_swept(world: World, record_id: int) -> None:
    draft = world.write_draft(record_id, "See there.")
    view = attach(world, draft)
    attach(world, draft, "other.txt", b"other")
    world.write(service.detach, draft, world.anton.id, view.files[0].id)
    assert world.write(draft_files.sweep, world.now) == 0, "young: it may come back"
    assert world.write(draft_files.sweep, world.now + timedelta(seconds=1)) == 1
    assert kept(world) == 1


def incoming(*sizes: int) -> bytes:
    parts = "".join(
        f'--e\r\nContent-Type: application/pdf; name="f{n}.pdf"\r\nContent-Disposition: attachment\r\n\r\n'
        f"{'x' * size}\r\n"
        for n, size in enumerate(sizes)
    )
    return (
        "From: Anna <anna@customer.test>\r\nTo: support@desk.test\r\nSubject: Printer\r\nMessage-ID: <f@t>\r\n"
        'In-Reply-To: <first@t>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="e"\r\n\r\n'
        f"--e\r\nContent-Type: text/plain\r\n\r\nSee the files.\r\n{parts}--e--\r\n"
    ).encode()


def test_a_follower_gets_a_mails_files_as_far_as_there_is_room(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attaching, "MOST_PASSED_ON", 100)
    world.arrives(letter(message_id="<first@t>"))
    world.write(records.follow, world.all(Record)[0].id, agent_id=world.berta.id)
    content = incoming(60, 70, 40)
    raw_id = world.write(receive.keep_one, content=content, envelope_from=None, envelope_to=(), now=world.now)
    assert world.write(route.place, raw_id=raw_id, mail=parse(content), now=world.now) is Target.RECORD
    (copy,) = world.all(Delivery)
    assert sent_files(world, copy) == [("f0.pdf", b"x" * 60), ("f2.pdf", b"x" * 40)]
    text = world.read(outgoing, copy.id).text
    assert text.endswith("Too large to pass on, to be seen on the record:\n[f1.pdf, 70 bytes]")
    assert len(world.all(Message)) == 2


def test_a_file_that_is_not_in_the_mail_any_more_is_named() -> None:
    gone = ForwardedFile("gone.pdf", "application/pdf", "9.9")
    mail = OutgoingMail(
        Mailbox("", "a@b.test"), None, (), (), "s", "<1@b.test>", "", (), START, "text",
        forwarded=(gone,), forwarded_from=incoming(5),
    )  # fmt: skip
    made = with_forwarded(mail)
    assert (made.attachments, made.text) == ((), "text\n\n[gone.pdf]")


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda place: None, "There is no file"),
        (lambda place: place.mkdir(), "is no file: put a folder"),
        (lambda place: place.write_bytes(b""), "is empty"),
    ],
)
def test_files_on_disk_that_cannot_be_attached(tmp_path: Path, make: Any, said: str) -> None:
    place = tmp_path / "it"
    make(place)
    with pytest.raises((NotAllowed, NotFound), match=said):
        from_disk.read(str(place))


def test_a_file_on_disk(tmp_path: Path) -> None:
    (tmp_path / "offer.pdf").write_bytes(OFFER)
    assert from_disk.read(f" {tmp_path}/offer.pdf ") == ("offer.pdf", OFFER)


@pytest.mark.parametrize("path", ["~nobody-here/offer.pdf", "/a\x00/offer.pdf"])
def test_a_path_that_means_nothing_is_a_sentence(path: str) -> None:
    with pytest.raises(NotFound, match="There is no file"):
        from_disk.read(path)
