"""What stands between a draft and its sending, one sentence each (R12)."""

from models.types.draft_mode import DraftMode
from models.types.people import Audience, Channel, Why


def problems(
    *, mode: DraftMode, text: str, audience: Audience, sender: str, refusal: str = "", quoted_note: bool = False
) -> tuple[str, ...]:
    """List what must be put right before this draft can go; () when it can.

    ``sender`` is the address it would go out as, "" when ``choose_sender`` found none; ``refusal`` is then why.
    ``quoted_note``: the text repeats words of an internal note.
    """
    found = (
        _problems_of_note(audience)
        if mode is DraftMode.NOTE
        else _problems_of_reply(audience, sender, refusal, quoted_note)
    )
    return (*(() if text.strip() else ("There is no text yet.",)), *found)


def _problems_of_note(audience: Audience) -> tuple[str, ...]:
    outsiders = ", ".join(person.name or person.address for person in audience.recipients if not person.staff)
    return (f"A note stays inside, but it would reach {outsiders}.",) if outsiders else ()


def _problems_of_reply(audience: Audience, sender: str, refusal: str, quoted_note: bool) -> tuple[str, ...]:
    mailed = [person for person in audience.recipients if person.channel is Channel.EMAIL]
    found = []
    if not audience.recipients:
        found.append("Nobody would get this: choose a recipient, or write it as a note.")
    elif all(person.staff and person.why is not Why.TO for person in audience.recipients):
        found.append("No customer would get this: choose a recipient, or write it as a note.")
    found += [f"{person.name or 'A recipient'} has no mail address." for person in mailed if not person.address]
    if mailed and not sender:
        found.append(refusal or "There is no address this record may be answered from: ask an admin of the desk.")
    if quoted_note:
        found.append("The text repeats an internal note: take those words out, or write it as a note.")
    return tuple(found)
