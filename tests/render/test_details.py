"""The details of a message: reasons above the server's words, files with their key, nothing foreign unwashed."""

from dataclasses import replace

from models.types.delivery import DeliveryState
from models.types.message import AttachmentView
from tests.panels.fake_desk import NOW, bounced_thread, delivery, message
from tui.render.details import detail_lines, details_of, undelivered
from tui.render.ink import plain


def shown(view, width: int = 78) -> list[str]:
    return [plain(line) for one in details_of(view) for line in detail_lines(view, one, width, NOW)]


def test_a_bounced_copy_tells_what_to_do_above_what_the_server_said():
    lines = shown(bounced_thread()[0])
    at = lines.index("  li@gone.example does not exist; ask for another address.  S sends it again")
    assert lines[at + 1] == "  the server said: 550 5.1.1 User unknown"
    assert lines[at + 2] == "  1 try"


def test_a_deferred_copy_tells_its_tries_and_the_next_one():
    assert "  2 tries · next 14:40" in shown(bounced_thread()[0])


def test_files_come_first_each_with_its_key():
    files = (AttachmentView(1, "fire.jpg", "image/jpeg", 482_113), AttachmentView(2, "a\u202egpj.exe", "", 12))
    lines = shown(message(1, 1, attachments=files))
    assert lines[0] == "Details   2 files"
    assert lines[-2].startswith("▪ fire.jpg  image/jpeg · 482 kB")
    assert lines[-2].endswith("d saves it")
    assert "\u202e" not in lines[-1]


def test_a_copy_that_went_elsewhere_instead_is_not_the_first_to_send_again():
    gone = delivery(1, DeliveryState.BOUNCED, name="Li")
    again = delivery(3, DeliveryState.SENT, name="Li")
    other = delivery(2, DeliveryState.FAILED, name="Kay")
    view = replace(message(1, 1), deliveries=(gone, other, again))
    assert [one.id for one in undelivered(view)] == [2, 1]
