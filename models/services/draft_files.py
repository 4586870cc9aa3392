"""Attach files to a draft and take them off again."""

import mimetypes
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session

from models.rules import attaching
from models.rules.filename import safe
from models.services.composing import draft_view
from models.store import draft_files, drafts
from models.store.draft_files import Kept
from models.types.draft import DraftView
from models.types.draft_mode import DraftMode
from models.types.errors import NotAllowed, NotFound

GONE = "This draft is not there any more: it was sent or thrown away in another session."


def attach(session: Session, draft_id: int, agent_id: int, *, name: str, content: bytes, now: datetime) -> DraftView:
    """Attach a file to a reply. ``NotAllowed`` says why not: too large, empty, or the draft is a note."""
    draft = drafts.read(session, draft_id, agent_id)
    if draft is None:
        raise NotFound(GONE)
    if draft.mode is DraftMode.NOTE:
        raise NotAllowed("A note carries no files: put them on a reply, or say where they are.")
    media_type = mimetypes.guess_type(name, strict=False)[0] or "application/octet-stream"
    name = safe(name, media_type)
    attached = draft_files.of_draft(session, draft_id)
    if refusal := attaching.refusal(name, len(content), [file.size_bytes for file in attached]):
        raise NotAllowed(refusal)
    file = Kept(0, name[:255], media_type[:120], len(content), draft_files.keep(session, content, now))
    draft_files.add(session, draft_id, [file])
    return draft_view(session, draft_id, agent_id)


def detach(session: Session, draft_id: int, agent_id: int, file_id: int) -> DraftView:
    """Take a file off. ``NotFound``: it is not attached any more."""
    if drafts.read(session, draft_id, agent_id) is None:
        raise NotFound(GONE)
    if not draft_files.remove(session, draft_id, file_id):
        raise NotFound("This file is not attached any more.")
    return draft_view(session, draft_id, agent_id)


def as_step(files: Iterable[Kept]) -> list[list[str | int]]:
    """Write files down for an undo step."""
    return [[file.name, file.media_type, file.size_bytes, file.sha256] for file in files]


def restore(session: Session, draft_id: int, step: Mapping[str, Any]) -> None:
    """Attach what an undo step holds, as far as the bytes are still there."""
    files = [
        Kept(0, str(name), str(kind), int(size), str(digest)) for name, kind, size, digest in step.get("files", ())
    ]
    draft_files.add(
        session, draft_id, [file for file in files if draft_files.content(session, file.sha256) is not None]
    )
