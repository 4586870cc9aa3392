"""``nightdesk rule``: what is done with records of itself, when, and what was done."""

from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from models.types.automation import About, Deed, Trigger
from tui.cli import words
from tui.cli.output import as_json, say, table

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlmodel import Session

    from models.types.actor import Actor
    from models.types.automation import RuleView
    from tui.cli.parser import Commands

PARTS = {
    "list": "what there is, in the order it is asked",
    "show": "one, with everything said of it",
    "add": "a new one, from options or from a file",
    "set": "change what is said of one",
    "remove": "take one out; what it did stays",
    "on": "ask it",
    "off": "ask it no longer",
    "test": "say what the rules would do to the last 100 records; nothing is changed",
    "log": "what rules did last",
    "undo": "take back what a rule did to a record",
}
SAYS = {
    About.KIND: "the record's kind",
    About.BRAND: "its brand",
    About.TAG: "its tags",
    About.STAGE: "its stage",
    About.ASSIGNEE: "whose it is: a login, or nobody",
    About.SENDER: "who wrote: an address, or @domain",
    About.TO: "our address it was written to",
    About.SUBJECT: "words of the subject",
    About.TEXT: "words of the text",
    About.ATTACHMENT: "yes or no: whether a file came with it",
}


def declare(commands: "Commands", places: ArgumentParser) -> None:
    """Add the command and its parts."""
    parser = commands.add_parser("rule", help=f"automation rules: {', '.join(PARTS)}")
    parts = words.parts(parser, PARTS, places)
    runs = {"list": run_list, "show": run_show, "add": run_keep, "set": run_keep, "remove": run_remove}
    runs |= {"on": run_switch, "off": run_switch, "test": run_test, "log": run_log, "undo": run_undo}
    for name, part in parts.items():
        if name not in ("list", "undo"):
            optional = name in ("add", "test", "log")
            part.add_argument("name", metavar="NAME", nargs="?" if optional else None, help="the rule's name")
        part.set_defaults(run=runs[name])
    for name in ("add", "set"):
        _describe(parts[name])
    parts["set"].add_argument("--name", dest="new_name", metavar="NAME", help="call it something else")
    words.seen(parts["set"])
    parts["test"].add_argument("--file", metavar="FILE", help="a rule that is not kept yet, as JSON; - reads it here")
    parts["test"].add_argument("--why", action="store_true", help="tell of each rule why it matched or did not")
    parts["undo"].add_argument("record", metavar="NUMBER", help="the record's number")
    parts["undo"].add_argument("--rule", metavar="NAME", default="", help="of this rule (the newest of any)")


def _describe(part: ArgumentParser) -> None:
    part.epilog = (
        "A condition's value is one word or several with commas between them, one of which must hold; "
        "'not VALUE' turns it round, an empty one takes it away. All conditions must hold."
    )
    part.add_argument(
        "--when", action="append", choices=list(Trigger), metavar="WHAT", help=f"what happened: {', '.join(Trigger)}"
    )
    for about in About:
        part.add_argument(f"--{about}", dest=f"if_{about}", action="append", metavar="VALUE", help=SAYS[about])
    part.add_argument(
        "--then", action="append", metavar="WHAT=VALUE", default=[], help=f"what is done: {', '.join(Deed)}"
    )
    part.add_argument("--sequence", type=int, metavar="N", help="the lowest is asked first (10)")
    words.switch(part, "--stop", "whether no later rule is asked once it matched")
    words.switch(part, "--active", "whether it is asked")
    part.add_argument("--file", metavar="FILE", help="all of it as JSON, as show --json prints it; - reads it here")


def run_list(arguments: Namespace) -> int:
    """List the rules."""
    from models.services import rules
    from tui.cli.store import opened, settings_of
    from tui.render import rule as render

    with opened(settings_of(arguments)) as database:
        views = database.read(rules.every)
    if arguments.json:
        as_json([plain(view) for view in views])
        return 0
    table(
        ("ORDER", "RULE", "", "WHEN", "IF", "THEN", "APPLIED"),
        [
            (
                str(view.rule.sequence),
                view.rule.name,
                "wrong" if view.problems else "on" if view.rule.active else "off",
                ", ".join(view.rule.when),
                render.wishes(view.rule),
                render.deeds(view.rule),
                str(view.applied),
            )
            for view in views
        ],
    )
    return 0


def run_show(arguments: Namespace) -> int:
    """Show one rule."""
    from models.services import rules
    from tui.cli.store import opened, settings_of

    with opened(settings_of(arguments)) as database:
        _show(database.read(rules.named, arguments.name), json=arguments.json)
    return 0


def run_keep(arguments: Namespace) -> int:
    """Add a rule, or change one."""
    from models.services import rules
    from tui.cli.me import me
    from tui.cli.rule_said import said
    from tui.cli.store import opened, settings_of

    settings = settings_of(arguments)
    with opened(settings) as database:
        before = database.read(rules.named, arguments.name).rule if arguments.part == "set" else None
        rule = said(arguments, before)
        database.write(rules.save, me(settings), rule, datetime.now(UTC))
        _show(database.read(rules.named, rule.name.strip()), json=arguments.json)
    return 0


def run_remove(arguments: Namespace) -> int:
    """Take one out."""
    from models.services import rules

    return _change(arguments, lambda session, actor, rule_id, now: rules.remove(session, actor, rule_id, now))


def run_switch(arguments: Namespace) -> int:
    """Switch one on or off."""
    from models.services import rules

    on = arguments.part == "on"
    return _change(arguments, lambda session, actor, rule_id, now: rules.switch(session, actor, rule_id, on, now))


def run_test(arguments: Namespace) -> int:
    """Say what would be done, and do nothing."""
    from models.services import rules
    from models.services.rehearse import dry_run
    from tui.cli.rule_said import from_file
    from tui.cli.store import opened, settings_of

    with opened(settings_of(arguments)) as database:
        rule = from_file(arguments.file) if arguments.file else None
        if rule is None and arguments.name:
            rule = database.read(rules.named, arguments.name).rule
        found = database.read(dry_run, rule)
    if arguments.json:
        as_json(
            [
                {
                    "record": one.number,
                    "when": one.trigger,
                    "would": list(one.sentences),
                    "tried": [{"rule": v.name, "matched": v.matched, "because": v.because} for v in one.tried],
                }
                for one in found
            ]
        )
        return 0
    for one in found:
        if one.sentences or arguments.why:
            say(f"#{one.number} {one.title[:60]} ({one.trigger})")
            for sentence in one.sentences:
                say(f"  {sentence}")
        for verdict in one.tried if arguments.why else ():
            say(f"  {'yes' if verdict.matched else 'no ':3} {verdict.name}: {verdict.because}")
    touched = len({one.record_id for one in found if one.sentences})
    say(f"Of {len({one.record_id for one in found})} records {touched} would be changed; nothing was.")
    return 0


def run_log(arguments: Namespace) -> int:
    """List what rules did last."""
    from models.services import rules
    from models.store import applications
    from tui.cli.store import opened, settings_of

    with opened(settings_of(arguments)) as database:
        rule_id = database.read(rules.named, arguments.name).rule.id if arguments.name else None
        found = database.read(applications.newest, rule_id=rule_id)
    if arguments.json:
        as_json(
            [
                {
                    "record": one.number,
                    "rule": one.rule_name,
                    "when": one.trigger,
                    "at": one.at.isoformat(),
                    "did": list(one.sentences),
                    "undone_at": one.undone_at.isoformat() if one.undone_at else None,
                    "undone_by": one.undone_by,
                }
                for one in found
            ]
        )
        return 0
    for one in found:
        undone = f" (taken back{f' by {one.undone_by}' if one.undone_by else ''})" if one.undone_at else ""
        say(f"{one.at:%Y-%m-%d %H:%M} #{one.number} {one.rule_name}: {', '.join(one.sentences)}{undone}")
    return 0


def run_undo(arguments: Namespace) -> int:
    """Take back what a rule did."""
    from models.services import rule_undo
    from models.types.errors import FieldProblem, Unfit
    from tui.cli.me import me
    from tui.cli.store import opened, settings_of

    digits = arguments.record.lstrip("#")
    if not (digits.isascii() and digits.isdigit() and len(digits) < 10):
        raise Unfit([FieldProblem("NUMBER", f"{arguments.record} is no record number")])
    settings = settings_of(arguments)
    with opened(settings) as database:
        sentence = database.write(
            rule_undo.take_back_on, int(digits), me(settings).login, datetime.now(UTC), rule=arguments.rule
        )
    _tell(sentence, json=arguments.json)
    return 0


def plain(view: "RuleView") -> dict[str, Any]:
    """Turn a rule into what JSON can hold."""
    from models.rules.automation_json import to_json

    return {
        "rule": to_json(view.rule),
        "id": view.rule.id,
        "revision": view.rule.revision,
        "changed_by": view.changed_by,
        "changed_at": view.changed_at.isoformat() if view.changed_at else None,
        "applied": view.applied,
        "applied_at": view.applied_at.isoformat() if view.applied_at else None,
        "problems": list(view.problems),
    }


def _change(arguments: Namespace, work: "Callable[[Session, Actor, int, datetime], str]") -> int:
    from models.services import rules
    from tui.cli.me import me
    from tui.cli.store import opened, settings_of

    settings = settings_of(arguments)
    with opened(settings) as database:
        rule_id = database.read(rules.named, arguments.name).rule.id
        sentence = database.write(work, me(settings), rule_id, datetime.now(UTC))
    _tell(sentence, json=arguments.json)
    return 0


def _show(view: "RuleView", *, json: bool) -> None:
    from tui.render import rule as render

    if json:
        as_json(plain(view))
        return
    say(f"{view.rule.name} is {'on' if view.rule.active else 'off'}, order {view.rule.sequence}")
    for label, text in (*render.told(view), ("revision", str(view.rule.revision))):
        say(f"  {label:8} {text}")


def _tell(sentence: str, *, json: bool) -> None:
    if json:
        as_json({"told": sentence})
    else:
        say(sentence)
