"""Which place of the desk has the keys, and what decides whether a command applies there."""

from typing import TYPE_CHECKING

from tui.keys import Context, Situation
from tui.widgets.pager import Pager

if TYPE_CHECKING:
    from models.types.people import AgentView
    from tui.screens.desk import DeskScreen


def context_of(screen: "DeskScreen") -> Context | None:
    """The place that has the keys; None while a command is typed."""
    focused = screen.focused
    if focused is None or focused is screen.records:
        return Context.LIST
    if isinstance(focused, Pager):
        return Context.THREAD
    if screen.furnished and focused is screen.composer:
        return Context.REVIEW
    return Context.WRITING if screen.furnished and screen.composer.writing else None


def situation_of(screen: "DeskScreen", agent: "AgentView", context: Context | None) -> Situation:
    """What is under the cursor, and what can be done with it in this place."""
    message, thread = screen.thread.message, screen.thread.arrived
    mine = agent.name, agent.email
    return Situation(
        context=context or context_of(screen) or Context.LIST,
        view=screen.records.view,
        row=screen.records.current,
        login=agent.login,
        searching=bool(screen.records.search),
        draft=screen.writing,
        undelivered=screen.thread.to_resend() is not None,
        files=len(message.attachments) if message else 0,
        following=thread is not None
        and any(one.staff and mine in ((one.name, one.address), (one.name, "")) for one in thread.followers),
    )
