"""From a command's id to the pane that does it: one small method a room of the command table."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from models.types.draft_mode import DraftMode
from models.types.record import QuarantineRow, RecordRow, View
from tui.keys import Command, Context
from tui.panels.help import help_lines
from tui.screens.verbs import Deed, Verbs

if TYPE_CHECKING:
    from tui.screens.desk import DeskScreen

VIEWS = tuple(View)


class Deeds:
    """Does what a command says, now that it is known to apply."""

    def __init__(self, screen: "DeskScreen", verbs: Verbs) -> None:
        self._screen = screen
        self._verbs = verbs

    def do(self, command: Command, argument: str) -> None:
        """Do it."""
        room, _, deed = command.id.partition(".")
        rooms: dict[str, Callable[[str, str], None]] = {
            "list": self._move,
            "thread": self._read,
            "view": self._view,
            "draft": self._write,
            "record": self._act,
            "mail": self._place,
            "app": self._app,
            "setup": lambda room, _: self._screen.open_setup(room),
            "rules": lambda *_: self._screen.open_rules(),
        }
        rooms[room](deed, argument)

    def _move(self, deed: str, _: str) -> None:
        records, thread = self._screen.records, self._screen.thread
        reading = self._screen.context is Context.THREAD or thread.covered
        deeds: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {
            "down": (lambda: thread.pager.step(1), lambda: records.move(1)),
            "up": (lambda: thread.pager.step(-1), lambda: records.move(-1)),
            "page_down": (lambda: thread.pager.page(1), lambda: records.page(1)),
            "page_up": (lambda: thread.pager.page(-1), lambda: records.page(-1)),
            "top": (lambda: thread.pager.edge(-1), records.first),
            "bottom": (lambda: thread.pager.edge(1), records.last),
            "next_need": (lambda: self._next_need(1), lambda: self._next_need(1)),
            "previous_need": (lambda: self._next_need(-1), lambda: self._next_need(-1)),
        }
        in_thread, in_list = deeds[deed]
        (in_thread if reading else in_list)()

    def _next_need(self, direction: int) -> None:
        if not self._screen.records.next_need(direction):
            self._screen.say("No further record needs us." if direction > 0 else "No record above needs us.")

    def _read(self, deed: str, argument: str) -> None:
        thread = self._screen.thread
        deeds: dict[str, Callable[[], object]] = {
            "open": lambda: self._screen.set_focus(thread.pager),
            "page": self._page,
            "page_back": lambda: thread.pager.page(-1),
            "raw": thread.show_raw,
            "details": thread.show_details,
            "save": self._save,
            "resend": lambda: self._resend(argument),
            "quotes": lambda: self._screen.say(thread.messages.fold_quotes()),
            "why": lambda: self._screen.say(thread.show_why()),
        }
        deeds[deed]()

    def _page(self) -> None:
        """Page on; at the end of a thread comes the next record."""
        if not self._screen.thread.pager.page(1):
            self._screen.records.move(1)

    def _resend(self, address: str) -> None:
        copy_id = self._screen.questions.copy()
        if copy_id is None:
            self._screen.say("This copy arrived, or is on its way; choose another with j and k.")
        else:
            self._screen.ask_desk(self._verbs.resend(copy_id, address))

    def _save(self) -> None:
        """Save the chosen file; with several, first choose one."""
        thread = self._screen.thread
        message, index = thread.message, thread.to_save()
        if message is None:
            return
        if index is None:
            thread.show_details()
            self._screen.say("There are several: j and k choose one, d saves it.")
        else:
            self._screen.ask_desk(self._verbs.save(message, index))

    def _view(self, deed: str, _: str) -> None:
        if deed in ("next", "previous"):
            index = VIEWS.index(self._screen.records.view) + (1 if deed == "next" else -1)
            self._screen.turn_to(VIEWS[index % len(VIEWS)])
        else:
            self._screen.turn_to(View(deed))

    def _write(self, deed: str, argument: str) -> None:
        composer = self._screen.composer
        deeds: dict[str, Callable[[], object]] = {
            "review": composer.review,
            "send": composer.send,
            "send_now": composer.send,
            "send_done": lambda: composer.send(done=True),
            "edit": composer.write,
            "keep": composer.keep,
            "discard": composer.discard,
            "to": lambda: composer.choose_recipients(argument),
            "subject": lambda: composer.change_subject(argument),
            "attach": lambda: composer.attach(argument),
            "detach": composer.detach,
            "sender_next": composer.next_sender,
            "sender_list": composer.list_senders,
            "sender": lambda: composer.choose_sender(argument),
        }
        deeds[deed]()

    def _act(self, deed: str, _: str) -> None:
        row = self._screen.records.current
        if not isinstance(row, RecordRow):
            return
        if deed in ("reply", "note"):
            self._screen.compose_draft(row, DraftMode(deed))
            return
        verbs, following = self._verbs, self._screen.situation().following
        deeds: dict[str, Callable[[RecordRow], Deed]] = {
            "take": verbs.take,
            "done": verbs.done,
            "reopen": verbs.reopen,
            "follow": lambda one: verbs.follow(one, not following),
        }
        self._screen.ask_desk(deeds[deed](row))

    def _place(self, deed: str, argument: str) -> None:
        row = self._screen.records.current
        if not isinstance(row, QuarantineRow):
            return
        verb, _, whose = deed.partition("_")
        from_now_on = {"sender": "address", "domain": "domain"}.get(whose, "")
        verbs = self._verbs
        deeds: dict[str, Callable[[QuarantineRow], Deed | None]] = {
            "attach": lambda mail: verbs.attach(mail, argument),
            "open": lambda mail: verbs.open(mail, argument, from_now_on),
            "contact": verbs.contact,
            "spam": lambda mail: verbs.spam(mail, from_now_on),
        }
        placing = deeds[verb](row)
        if placing is not None:
            self._screen.ask_desk(placing)

    def _app(self, deed: str, argument: str) -> None:
        screen = self._screen
        deeds: dict[str, Callable[[], object]] = {
            "undo": lambda: screen.ask_desk(screen.take_back()),
            "back": screen.back,
            "search": lambda: screen.search_for(argument),
            "command": self._command,
            "help": self._help,
            "redraw": screen.redraw,
            "quit": lambda: screen.ask_desk(screen.app.action_quit()),
        }
        deeds[deed]()

    def _command(self) -> None:
        self._screen.questions.forget()
        self._screen.prompt(":", "")

    def _help(self) -> None:
        screen = self._screen
        context, table = screen.context or Context.LIST, screen.table
        width = max(screen.thread.size.width - 2, 60)
        screen.thread.aside.open(lambda: help_lines(table, context, width))
