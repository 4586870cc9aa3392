"""Set up the texts rules answer with."""

from datetime import datetime

from sqlmodel import Session

from models.rules.automation_fit import MOST_NAME
from models.rules.edit import overtaken
from models.rules.template import problem
from models.services.admin import require
from models.store import automation, templates
from models.store.templates import Kept
from models.types.actor import Actor
from models.types.automation import Deed, Template
from models.types.errors import FieldProblem, NotAllowed, NotFound, Overtaken, Unfit


def every(session: Session) -> tuple[Template, ...]:
    """List the templates by name."""
    return tuple(kept.template for kept in templates.every(session))


def named(session: Session, name: str) -> Template:
    """Show one."""
    return _kept(session, name).template


def add(session: Session, actor: Actor, *, name: str, text: str, now: datetime) -> None:
    """Keep a new template. ``Unfit`` names the fields."""
    require(session, actor)
    name = name.strip()
    found = [*_about_name(session, name), *_about_text(text)]
    if found:
        raise Unfit(found)
    templates.add(session, name, text, by=actor.login, now=now)


def change(session: Session, actor: Actor, *, name: str, text: str, revision: int | None, now: datetime) -> None:
    """Replace the text of one. ``revision``: as it was read; None: whatever it is by now."""
    require(session, actor)
    kept = _kept(session, name)
    if found := _about_text(text):
        raise Unfit(found)
    if sentence := overtaken(kept.edit, revision, f"the template {kept.template.name}"):
        raise Overtaken(sentence, "Nothing was saved: read it again, then change it.")
    templates.change(session, kept.id, text, by=actor.login, now=now)


def remove(session: Session, actor: Actor, *, name: str) -> None:
    """Take one out. ``NotAllowed`` names the rules that answer with it."""
    require(session, actor)
    kept = _kept(session, name)
    users = [
        one.rule.name
        for one in automation.every(session)
        for action in one.rule.actions
        if action.deed is Deed.REPLY and action.value == kept.template.name
    ]
    if users:
        raise NotAllowed(f"The template {kept.template.name} is what {', '.join(users)} answers with.", "Change that.")
    templates.remove(session, kept.id)


def _kept(session: Session, name: str) -> Kept:
    kept = templates.named(session, name)
    if kept is None:
        there = ", ".join(templates.names(session))
        raise NotFound(f"There is no template called {name}.", f"There are: {there}" if there else "There is none yet.")
    return kept


def _about_name(session: Session, name: str) -> list[FieldProblem]:
    if not name or not name.isprintable() or len(name) > MOST_NAME or set(name) & set('",;'):
        words = f"a template needs a name of at most {MOST_NAME} characters, without comma, semicolon and double quote"
        return [FieldProblem("name", words)]
    if templates.named(session, name) is not None:
        return [FieldProblem("name", f"there is a template called {name} already")]
    return []


def _about_text(text: str) -> list[FieldProblem]:
    sentence = problem(text)
    return [FieldProblem("text", sentence)] if sentence else []
