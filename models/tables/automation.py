"""Automation: its rules, the texts they answer with, and what they did."""

from datetime import datetime

from sqlmodel import JSON, Column, Field, SQLModel

from models.tables.columns import word
from models.tables.edited import Edited
from models.types.automation import Trigger


class AutomationRule(Edited, table=True):
    """A rule. ``rule`` is the form of ``rules.automation_json``; what the list is ordered by stands beside it."""

    __tablename__ = "automation_rule"
    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=80, unique=True)
    sequence: int
    active: bool
    rule: dict[str, object] = Field(sa_column=Column(JSON, nullable=False))


class Template(Edited, table=True):
    """A text with placeholders (``rules.template``)."""

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=80, unique=True)
    text: str


class RuleApplication(SQLModel, table=True):
    """What one rule did to one record at one event. ``changes`` is what ``services.rule_undo`` needs to take it back.

    ``rule_id`` is no foreign key: what a rule did outlives it.
    """

    __tablename__ = "rule_application"
    id: int | None = Field(default=None, primary_key=True)
    record_id: int = Field(foreign_key="record.id", index=True)
    rule_id: int = Field(index=True)
    rule_name: str = Field(max_length=80)
    trigger: Trigger = Field(sa_column=Column("trigger_word", word(Trigger), nullable=False))
    changes: list[dict[str, object]] = Field(sa_column=Column(JSON, nullable=False))
    log_id: int = Field(index=True)  # the message that says so in the thread
    reply_id: int | None = None  # the message it answered with
    at: datetime
    undone_at: datetime | None = None
    undone_by: str = Field(default="", max_length=64)
