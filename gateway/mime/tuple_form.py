"""``IncomingMail`` as nested tuples and back: what pickles fast between processes of one program."""

from operator import attrgetter
from typing import Any

from models.types.mail import AttachedFile, Bounce, BounceRecipient, IncomingMail, Mailbox
from models.types.message import MailClass

Packed = tuple[Any, ...]

_MAIL = attrgetter(*IncomingMail.__dataclass_fields__)
_FILE = attrgetter(*AttachedFile.__dataclass_fields__)
_RECIPIENT = attrgetter(*BounceRecipient.__dataclass_fields__)
_AT = {name: at for at, name in enumerate(IncomingMail.__dataclass_fields__)}
_PEOPLE = tuple(_AT[name] for name in ("sender", "to", "cc", "reply_to"))
_FILES, _CLASS, _BOUNCE = _AT["attachments"], _AT["mail_class"], _AT["bounce"]
_NO_BOUNCE = Bounce()


def pack(mail: IncomingMail) -> Packed:
    """Take a mail apart."""
    values = list(_MAIL(mail))
    for at in _PEOPLE:
        values[at] = [(one.name, one.address) for one in values[at]]
    values[_FILES] = [_FILE(file) for file in mail.attachments]
    values[_CLASS] = mail.mail_class.value
    values[_BOUNCE] = None if mail.bounce == _NO_BOUNCE else _pack_bounce(mail.bounce)
    return tuple(values)


def unpack(packed: Packed) -> IncomingMail:
    """Put it together again."""
    values = list(packed)
    for at in _PEOPLE:
        values[at] = tuple([Mailbox(*one) for one in values[at]])
    values[_FILES] = tuple([AttachedFile(*file) for file in values[_FILES]])
    values[_CLASS] = _CLASSES[values[_CLASS]]
    values[_BOUNCE] = _NO_BOUNCE if values[_BOUNCE] is None else _unpack_bounce(values[_BOUNCE])
    return IncomingMail(*values)


_CLASSES = {one.value: one for one in MailClass}


def _pack_bounce(bounce: Bounce) -> Packed:
    people = [_RECIPIENT(one) for one in bounce.recipients]
    return bounce.is_bounce, bounce.is_complaint, people, bounce.original_ids, bounce.probable


def _unpack_bounce(packed: Packed) -> Bounce:
    is_bounce, is_complaint, people, ids, probable = packed
    return Bounce(is_bounce, is_complaint, tuple(BounceRecipient(*one) for one in people), ids, probable)
