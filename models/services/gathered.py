"""What the bytes of many copies are made of, read by one select a table."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from models.rules import tokens
from models.services import audience
from models.services.sender import Judge
from models.store import addresses, answered, copy_facts, desk_facts, message_files, messages, sending
from models.store.answered import Quoted, ThreadLine
from models.store.copy_facts import CopyFacts
from models.store.desk_facts import DeskFacts
from models.store.message_files import MessageFile
from models.store.messages import MessageFacts
from models.types.message import Direction
from models.types.people import Why


@dataclass(frozen=True, slots=True)
class Gathered:
    """Everything but the content of files. A copy or a message that is gone is missing."""

    desk: DeskFacts
    loop_tag: str
    copies: Mapping[int, CopyFacts]
    messages: Mapping[int, MessageFacts]
    threads: Mapping[int, Sequence[ThreadLine]]  # by message: what outsiders may know of before it, newest first
    quoted: Mapping[int, Quoted]  # by answer
    files: Mapping[int, Sequence[MessageFile]]  # by message
    signatures: Mapping[int, str]  # by sending address
    judge: Judge


def gather(session: Session, delivery_ids: Collection[int], desk: DeskFacts | None = None) -> Gathered:
    """Read it for these copies. ``desk``: read already in the same transaction."""
    desk = desk or desk_facts.read(session)
    copies = copy_facts.read(session, delivery_ids)
    found = messages.read_many(session, {copy.message_id for copy in copies.values()})
    threads = _threads(session, found)
    answers = {
        copy.message_id: found[copy.message_id]
        for copy in copies.values()
        if copy.message_id in found and is_answer(found[copy.message_id], copy)
    }
    judged = [message for message in answers.values() if message.sending_address_id is not None]
    return Gathered(
        desk=desk,
        loop_tag=tokens.loop_tag(desk.key),
        copies=copies,
        messages=found,
        threads=threads,
        quoted=_quoted(session, answers, threads),
        files=message_files.of_messages(session, found),
        signatures=addresses.signatures(session, {message.sending_address_id or 0 for message in judged}),
        judge=Judge(desk, sending.candidates_for(session, {None, *(message.author_agent_id for message in judged)})),
    )


def is_answer(message: MessageFacts, copy: CopyFacts) -> bool:
    """Tell whether a copy is the message itself; else it is a notification of it."""
    return message.direction is Direction.OUT and copy.why is not Why.FOLLOWER


def _threads(session: Session, found: Mapping[int, MessageFacts]) -> dict[int, list[ThreadLine]]:
    """Nothing of a note ever gets into a mail by way of the thread."""
    public = answered.public_threads(session, {message.record_id for message in found.values()})
    return {
        message.id: [one for one in public.get(message.record_id, ()) if one.id < message.id]
        for message in found.values()
    }


def _quoted(
    session: Session, answers: Mapping[int, MessageFacts], threads: Mapping[int, Sequence[ThreadLine]]
) -> dict[int, Quoted]:
    named = {
        answer.id: line.id
        for answer in answers.values()
        if (line := next((one for one in threads[answer.id] if _is_answered(one, answer.in_reply_to)), None))
    }
    found = answered.quoted(session, set(named.values()))
    return {answer_id: found[message_id] for answer_id, message_id in named.items() if message_id in found}


def _is_answered(one: ThreadLine, in_reply_to: str) -> bool:
    # a mail that came without an id cannot be named in a header, but can be quoted
    return one.message_id == in_reply_to if in_reply_to else audience.from_outside(one)
