"""The one table of commands: keys, words, where they work, and why one does not apply now.

Help, footer, palette, the ``:`` line, the README's table and the check for double keys all come from it.
A key of two letters ("g g") is typed one after the other.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from models.types.draft_mode import DraftMode
from models.types.record import ListRow, Need, QuarantineRow, RecordRow, View


class Context(StrEnum):
    """Where the keys go."""

    LIST = "list"
    THREAD = "thread"
    WRITING = "writing"  # letters are text
    REVIEW = "review"  # the bar below a written text
    SETUP = "setup"  # the lists of what is set up
    FORM = "form"  # letters are text here, too
    RULES = "rules"  # the list of automation rules


@dataclass(frozen=True, slots=True)
class Situation:
    """What decides whether a command applies now."""

    context: Context
    view: View
    row: ListRow | None
    login: str
    searching: bool = False
    draft: DraftMode | None = None
    undelivered: bool = False  # the chosen copy, or one of the chosen message, is failed, bounced or unsure
    files: int = 0  # of the chosen message
    folded: bool = False  # the chosen message has folded quotes
    following: bool = False
    room: str = ""  # of the set-up: where the item under the cursor is; "" = there is none


WhyNot = Callable[[Situation], str]


def always(_: Situation) -> str:
    """Applies everywhere."""
    return ""


def on_row(now: Situation) -> str:
    """Applies to anything under the cursor."""
    return "" if now.row is not None else "There is nothing under the cursor."


def on_record(now: Situation) -> str:
    """Applies to records, not to mail in quarantine."""
    if isinstance(now.row, QuarantineRow):
        return "This mail is on no record yet: m puts it on one, O opens one from it."
    return on_row(now)


def on_quarantine(now: Situation) -> str:
    """Applies to mail in quarantine."""
    if isinstance(now.row, RecordRow):
        return "Only a mail in quarantine can be put somewhere: g q goes there."
    return on_row(now)


def to_take(now: Situation) -> str:
    """Applies to records that are not mine yet."""
    if isinstance(now.row, RecordRow) and now.row.assignee == now.login:
        return f"#{now.row.number} is yours already."
    return on_record(now)


def to_do(now: Situation) -> str:
    """Applies to records that are not done."""
    if isinstance(now.row, RecordRow) and now.row.need is Need.DONE:
        return f"#{now.row.number} is done already; E brings it back."
    return on_record(now)


def to_reopen(now: Situation) -> str:
    """Applies to records that do not need us."""
    if isinstance(now.row, RecordRow) and now.row.need is Need.NEEDS_US:
        return f"#{now.row.number} needs us already."
    return on_record(now)


def to_resend(now: Situation) -> str:
    """Applies to a message with a copy that did not arrive for certain."""
    return on_record(now) or ("" if now.undelivered else "No copy of this message is failed, bounced or unsure.")


def to_save(now: Situation) -> str:
    """Applies to a message with files."""
    return on_row(now) or ("" if now.files else "No file came with this message.")


def on_item(now: Situation) -> str:
    """Applies to what is set up and can be changed."""
    if now.room == "check":
        return "This is a finding: Enter goes to what it is about."
    return "" if now.room else "There is nothing here yet: A adds one."


def on_account(now: Situation) -> str:
    """Applies to mail accounts."""
    return on_item(now) if now.room in ("", "check", "accounts") else "Only accounts are tested and signed in."


def on_domain(now: Situation) -> str:
    """Applies to our own domains."""
    return on_item(now) if now.room in ("", "check", "domains") else "Only domains have keys: Tab goes there."


def to_test(now: Situation) -> str:
    """Applies to what can be tested: accounts and domains."""
    return "" if now.room == "domains" else on_account(now)


def on_rule(now: Situation) -> str:
    """Applies to automation rules."""
    return "" if now.room else "There is no rule yet: A adds one."


def with_draft(now: Situation) -> str:
    """Applies while a text is being written."""
    return "" if now.draft is not None else "Nothing is being written: r answers, c writes a note."


def with_reply(now: Situation) -> str:
    """Applies while a reply is being written."""
    if now.draft is DraftMode.NOTE:
        return "A note has no recipients outside and no subject."
    return with_draft(now)


def with_files(now: Situation) -> str:
    """Applies while a reply is being written."""
    return "A note carries no files." if now.draft is DraftMode.NOTE else with_draft(now)


def with_sender(now: Situation) -> str:
    """Applies while a reply is being written."""
    return "A note stays inside: it has no sender." if now.draft is DraftMode.NOTE else with_draft(now)


@dataclass(frozen=True, slots=True)
class Command:
    """One thing the program can do. ``argument`` names what ``:`` takes after the name; "" = nothing."""

    id: str
    name: str  # after ":"
    keys: tuple[str, ...]
    words: str  # for help and palette
    hint: str  # for the footer; "" = not there
    contexts: frozenset[Context]
    why_not: WhyNot = always
    argument: str = ""

    @property
    def for_mail(self) -> bool | None:
        """Only for mail in quarantine (True), only for records (False), for both (None)."""
        if self.why_not is on_quarantine:
            return True
        return False if self.why_not in (on_record, to_take, to_do, to_reopen, to_resend) else None

    def fits(self, draft: DraftMode | None) -> bool:
        """Worth a place in the footer: a note has no sender."""
        return not (self.why_not is with_sender and draft is DraftMode.NOTE)

    @property
    def sequences(self) -> tuple[tuple[str, ...], ...]:
        """The keys, each as what is pressed one after the other."""
        return tuple(tuple(key.split()) for key in self.keys)


READING = frozenset({Context.LIST, Context.THREAD})
IN_LIST = frozenset({Context.LIST})
IN_THREAD = frozenset({Context.THREAD})
IN_REVIEW = frozenset({Context.REVIEW})
IN_TEXT = frozenset({Context.WRITING})
IN_DRAFT = IN_TEXT | IN_REVIEW
IN_SETUP = frozenset({Context.SETUP})
IN_FORM = frozenset({Context.FORM})
IN_RULES = frozenset({Context.RULES})
LISTS = READING | IN_SETUP
MOVES = LISTS | IN_RULES
BUT_TEXT = READING | IN_REVIEW | IN_SETUP | IN_RULES
EVERYWHERE = frozenset(Context)

_RESEND = "send a failed, bounced or unsure copy again, also elsewhere"
_OPEN_SENDER = "open a record, from now on for all mail of its sender"
_SPAM_SENDER = "spam, from now on all mail of its sender"
_OPEN_DOMAIN = "open a record, from now on for its sender's whole domain"
_SPAM_DOMAIN = "spam, from now on its sender's whole domain"
_CONTACT = "make the sender of a quarantined mail a customer"
_N = "number"
_C = Command
COMMANDS: tuple[Command, ...] = (
    _C("record.reply", "reply", ("r",), "answer by mail", "reply", READING, on_record),
    _C("record.note", "note", ("c",), "write a note that stays inside", "note", READING, on_record),
    _C("record.take", "take", ("a",), "assign it to me", "take", READING, to_take),
    _C("record.done", "done", ("e",), "done, on to the next", "done", READING, to_do),
    _C("record.reopen", "reopen", ("E",), "it needs us again", "", READING, to_reopen),
    _C("record.follow", "follow", ("F",), "follow it, or stop following", "", READING, on_record),
    _C("app.undo", "undo", ("z",), "take back the newest thing I did", "undo", READING),
    _C("list.down", "next", ("j", "down"), "next record; in the thread the next message", "", MOVES),
    _C("list.up", "previous", ("k", "up"), "previous record; in the thread the message", "", MOVES),
    _C("list.page_down", "page-down", ("pagedown",), "a screenful down", "", MOVES),
    _C("list.page_up", "page-up", ("pageup",), "a screenful up", "", MOVES),
    _C("list.top", "top", ("g g", "home"), "to the top", "", MOVES),
    _C("list.bottom", "bottom", ("G", "end"), "to the bottom", "", MOVES),
    _C("list.next_need", "next-need", ("n",), "next record that needs us", "", READING),
    _C("list.previous_need", "previous-need", ("N",), "previous record that needs us", "", READING),
    _C("thread.open", "open-thread", ("enter",), "open: the keys go to the thread", "open", IN_LIST, on_row),
    _C("app.back", "back", ("escape",), "back to the list; there it clears a search", "back", MOVES),
    _C("thread.page", "page", ("space",), "page the thread, at its end the next record", "", READING, on_row),
    _C("thread.page_back", "page-back", ("b",), "page the thread back", "", READING, on_row),
    _C("thread.quotes", "quotes", ("Q",), "unfold or fold quoted text", "", READING, on_row),
    _C("thread.why", "why", ("w",), "why this message is here: every rule tried", "why", READING, on_row),
    _C("thread.raw", "raw", ("o",), "the mail as it came", "", READING, on_row),
    _C("thread.details", "details", ("i",), "each copy with the server's words, and the files", "", READING, on_row),
    _C("thread.save", "save-file", ("d",), "save a file of this message", "", READING, to_save),
    _C("thread.resend", "resend", ("S",), _RESEND, "", READING, to_resend, "address"),
    _C("mail.attach", "attach", ("m",), "put a quarantined mail on a record", "attach", READING, on_quarantine, _N),
    _C("mail.open", "open", ("O",), "open a record from a quarantined mail", "open as", READING, on_quarantine, "kind"),
    _C("mail.contact", "contact", ("C",), _CONTACT, "customer", READING, on_quarantine),
    _C("mail.spam", "spam", ("!",), "take a quarantined mail out as spam", "spam", READING, on_quarantine),
    _C("mail.open_sender", "open-sender", ("; O",), _OPEN_SENDER, "", READING, on_quarantine, "kind"),
    _C("mail.spam_sender", "spam-sender", ("; !",), _SPAM_SENDER, "", READING, on_quarantine),
    _C("mail.open_domain", "open-domain", ("@ O",), _OPEN_DOMAIN, "", READING, on_quarantine, "kind"),
    _C("mail.spam_domain", "spam-domain", ("@ !",), _SPAM_DOMAIN, "", READING, on_quarantine),
    _C("view.next", "next-view", ("tab",), "next view", "view", LISTS),
    _C("view.previous", "previous-view", ("shift+tab",), "previous view", "", LISTS),
    _C("view.open", "view-open", ("g o",), "go to what is open", "", READING),
    _C("view.needs_us", "view-needs-us", ("g n",), "go to what needs us", "", READING),
    _C("view.mine", "view-mine", ("g m",), "go to what is mine", "", READING),
    _C("view.done", "view-done", ("g d",), "go to what is done", "", READING),
    _C("view.quarantine", "view-quarantine", ("g q",), "go to mail that found no record", "", READING),
    _C("draft.review", "review", ("escape",), "finish writing: save and choose what to do", "review", IN_TEXT),
    _C("draft.send_now", "send-now", ("ctrl+enter", "alt+enter"), "send, where the terminal can tell", "", IN_TEXT),
    _C("draft.send", "send", ("y",), "send it (a note: log it)", "", IN_REVIEW, with_draft),
    _C("draft.send_done", "send-done", ("Y",), "send it, and the record is done", "", IN_REVIEW, with_draft),
    _C("draft.edit", "edit", ("e", "enter", "escape"), "go on writing", "", IN_REVIEW, with_draft),
    _C("draft.keep", "keep", ("p",), "keep it for later", "", IN_REVIEW, with_draft),
    _C("draft.discard", "discard", ("d",), "throw it away; z brings it back", "", IN_REVIEW, with_draft),
    _C("draft.sender_next", "next-sender", ("ctrl+o",), "send as the next address", "from", IN_DRAFT, with_sender),
    _C("draft.sender_list", "senders", ("ctrl+t",), "list the addresses it may go out as", "", IN_DRAFT, with_sender),
    _C("draft.sender", "from", ("f",), "choose the address it goes out as", "", IN_REVIEW, with_sender, "sender"),
    _C("draft.attach", "attach-file", ("a",), "attach a file of this machine", "", IN_REVIEW, with_files, "path"),
    _C("draft.detach", "take-file-off", ("x",), "take the newest attached file off", "", IN_REVIEW, with_files),
    _C("draft.to", "to", (), "choose the recipients", "", IN_REVIEW, with_reply, "addresses"),
    _C("draft.subject", "subject", (), "change the subject", "", IN_REVIEW, with_reply, "text"),
    _C("setup.accounts", "accounts", ("g a",), "go to the mail accounts", "", LISTS),
    _C("setup.addresses", "addresses", (), "go to the sending addresses", "", LISTS),
    _C("setup.brands", "brands", (), "go to the brands", "", LISTS),
    _C("setup.domains", "domains", (), "go to our own domains", "", LISTS),
    _C("setup.groups", "groups", (), "go to the groups of agents", "", LISTS),
    _C("setup.check", "check", (), "go to what is wrong with the set-up", "", LISTS),
    _C("setup.edit", "change", ("enter",), "change it; on a finding: go to what it is about", "change", IN_SETUP),
    _C("setup.add", "add", ("A",), "add one", "add", IN_SETUP),
    _C("setup.switch", "switch", ("x",), "switch it on or off", "on/off", IN_SETUP, on_item),
    _C("setup.test", "test", ("t",), "test it now: an account or a domain", "test", IN_SETUP, to_test),
    _C("setup.sign_in", "sign-in", ("s",), "sign an account in at its provider", "sign in", IN_SETUP, on_account),
    _C("setup.key", "make-key", ("K",), "make a key to sign a domain's mail with (DKIM)", "", IN_SETUP, on_domain),
    _C("setup.paste", "paste", ("P",), "paste where the browser ended at a sign-in", "", IN_SETUP, on_account, "text"),
    _C("setup.remove", "remove", ("D D",), "take it out, and say what that means", "", IN_SETUP, on_item),
    _C("setup.leave", "leave", ("q",), "back to the desk", "desk", IN_SETUP),
    _C("rules.open", "rules", ("g r",), "go to the automation rules", "", READING),
    _C("rules.edit", "change-rule", ("enter",), "change the rule", "change", IN_RULES),
    _C("rules.add", "add-rule", ("A",), "write a new rule", "add", IN_RULES),
    _C("rules.switch", "switch-rule", ("x",), "switch the rule on or off", "on/off", IN_RULES, on_rule),
    _C("rules.test", "try-rule", ("t",), "say what it would do to the last 100 records", "try", IN_RULES, on_rule),
    _C("rules.undo", "undo-rule", ("u",), "take back the newest thing the rule did", "take back", IN_RULES, on_rule),
    _C("rules.remove", "remove-rule", ("D D",), "take the rule out; what it did stays", "", IN_RULES, on_rule),
    _C("rules.leave", "leave-rules", ("q",), "back to the desk", "desk", IN_RULES),
    _C("form.save", "", ("ctrl+s",), "test and save", "save", IN_FORM),
    _C("form.next", "", ("tab", "down", "enter"), "next field", "next field", IN_FORM),
    _C("form.previous", "", ("shift+tab", "up"), "field before", "", IN_FORM),
    _C("form.page_down", "", ("pagedown",), "page the notes and the test below the form, else the form", "", IN_FORM),
    _C("form.page_up", "", ("pageup",), "page it back", "", IN_FORM),
    _C("form.leave", "", ("escape",), "leave; what is not saved is asked about", "leave", IN_FORM),
    _C("app.search", "search", ("/",), "search as you type", "search", READING, always, "words"),
    _C("app.command", "", (":",), "type a command", "command", BUT_TEXT),
    _C("app.help", "help", ("?",), "help for this place", "help", BUT_TEXT),
    _C("app.redraw", "redraw", ("ctrl+l",), "draw everything anew", "", EVERYWHERE),
    _C("app.quit", "quit", ("q",), "leave; drafts are kept", "quit", READING),
)
PREFIXES = frozenset(sequence[0] for command in COMMANDS for sequence in command.sequences if len(sequence) > 1)


def remapped(keymap: Mapping[str, str]) -> tuple[Command, ...]:
    """The table with other keys: command id -> keys, comma between alternatives ("j,down"). Unknown ids: KeyError."""
    known = {command.id for command in COMMANDS}
    for wanted in keymap:
        if wanted not in known:
            raise KeyError(wanted)
    return tuple(
        replace(command, keys=tuple(key.strip() for key in keymap[command.id].split(",") if key.strip()))
        if command.id in keymap
        else command
        for command in COMMANDS
    )


def doubles(commands: Sequence[Command] = COMMANDS) -> tuple[str, ...]:
    """Keys that mean two things in one place, as sentences; also a key that is the start of a longer one."""
    found: list[str] = []
    for context in Context:
        taken: dict[tuple[str, ...], str] = {}
        for command in commands:
            if context not in command.contexts:
                continue
            for sequence in command.sequences:
                for other, owner in taken.items():
                    if other[: len(sequence)] == sequence or sequence[: len(other)] == other:
                        found.append(f"{' '.join(sequence)} in {context}: {owner} and {command.id}")
                taken[sequence] = command.id
    return tuple(found)


_SHOWN = {
    "enter": "Enter",
    "escape": "Esc",
    "space": "Space",
    "tab": "Tab",
    "shift+tab": "Shift-Tab",
    "pagedown": "PgDn",
    "pageup": "PgUp",
    "home": "Home",
    "end": "End",
    "down": "↓",
    "up": "↑",
}


def shown(key: str) -> str:
    """Write a key as people read it: "Esc", "g g", "Ctrl-L"."""
    return " ".join(_pressed(part) for part in key.split())


def _pressed(key: str) -> str:
    held, plus, last = key.rpartition("+")
    if key in _SHOWN or not plus:
        return _SHOWN.get(key, key)
    return f"{held.capitalize()}-{_SHOWN.get(last, last.upper() if len(last) == 1 else last)}"


def markdown(commands: Sequence[Command] = COMMANDS) -> str:
    """The key table for the README."""
    places = {
        READING: "list and thread",
        IN_LIST: "list",
        IN_THREAD: "thread",
        IN_REVIEW: "review bar",
        IN_TEXT: "while writing",
        IN_DRAFT: "while writing, review bar",
        BUT_TEXT: "list, thread, review bar, set-up, rules",
        LISTS: "list, thread, set-up",
        MOVES: "list, thread, set-up, rules",
        IN_RULES: "rules",
        IN_SETUP: "set-up",
        IN_FORM: "form",
        EVERYWHERE: "everywhere",
    }
    rows = ["| keys | what it does | where | `:` |", "|---|---|---|---|"]
    for command in commands:
        pressed = ", ".join(f"`{shown(key)}`" for key in command.keys) or "–"
        typed = (
            f"`:{command.name}{' ' + command.argument.upper() if command.argument else ''}`" if command.name else "–"
        )
        rows.append(f"| {pressed} | {command.words} | {places[command.contexts]} | {typed} |")
    return "\n".join(rows) + "\n"
