from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.routing import ANOTHERS_ADDRESS, NOT_PROVED, SAME_ID, route
from models.types.mail import IncomingMail, Mailbox
from models.types.message import MailClass
from models.types.routing import Creation, KnownMessage, ReplyToken, RoutingContext, RoutingDecision, Target
from tests.rules.mails import (
    ANNA,
    BAD_TOKEN,
    BOB,
    DELAYED,
    EVE,
    HARD,
    HELP,
    KIM,
    LEAD,
    LOCAL,
    NOTE,
    OTHERS,
    OURS,
    SALES,
    SUPPORT,
    THEIRS,
    TICKET,
    TOKEN,
    facts,
    mail,
)

REPLY_TO = TOKEN.address
AUTO = MailClass.AUTOREPLY


def said(decision: RoutingDecision) -> str:
    """The decision in one word, as people tell it."""
    if decision.target is Target.NEW:
        return "new:" + "+".join(creation.kind for creation in decision.creations)
    if decision.target in (Target.RECORD, Target.BOUNCE):
        return f"{decision.target}:{decision.record_id}"
    return decision.target.value


# each: what it is, the mail, the facts, where it goes, the rule that decided
CASES: list[tuple[str, IncomingMail, RoutingContext, str, str]] = [
    ("again, same bytes", mail(), facts(duplicate_of=3, tokens=(TOKEN,)), "duplicate", "duplicate"),
    ("a copy of our relay", mail(), facts(own_loop=True, aliases=(SUPPORT,)), "loop", "own mail"),
    (
        "a list of ours put itself into From",
        mail(list_id="Team <team.desk.test>", reply_to=(Mailbox("Anna", ANNA),)),
        facts(sender_address="team@desk.test", aliases=(SUPPORT,), tokens=(TOKEN,)),
        "quarantine",
        "author rewritten by a list",
    ),
    (
        "a list of ours left From alone",
        mail(list_id="Team <team.desk.test>"),
        facts(aliases=(SUPPORT,)),
        "new:ticket",
        "alias",
    ),
    (
        "another's list put itself into From",
        mail(list_id="<talk.elsewhere.test>"),
        facts(sender_address="talk@elsewhere.test", aliases=(SUPPORT,)),
        "new:ticket",
        "alias",
    ),
    ("a report on our mail", mail(bounce=HARD), facts(report_record_id=TICKET), "bounce:7", "delivery report"),
    ("a report on nothing of ours", mail(bounce=HARD), facts(aliases=(SUPPORT,)), "bounce:None", "delivery report"),
    ("a report to a reply address", mail(bounce=HARD), facts(tokens=(TOKEN,)), "bounce:None", "delivery report"),
    (
        "a report from our own domain",
        mail(bounce=HARD),
        facts(sender_address="support@desk.test", report_record_id=TICKET),
        "bounce:7",
        "delivery report",
    ),
    (
        "our own address as author",
        mail(),
        facts(sender_address="support@desk.test", aliases=(SUPPORT,), tokens=(TOKEN,)),
        "quarantine",
        "own address as author",
    ),
    (
        "an agent's own sending address as author",
        mail(),
        facts(
            sender_address="kim@desk.test",
            own_addresses=frozenset({"kim@desk.test"}),
            sender_is_agent=True,
            aliases=(SUPPORT,),
        ),
        "new:ticket",
        "alias",
    ),
    ("an answer by token", mail(to=REPLY_TO), facts(tokens=(TOKEN,)), "record:7", "reply address"),
    ("token before ids", mail(to=REPLY_TO), facts(tokens=(TOKEN,), known=(OTHERS,)), "record:7", "reply address"),
    (
        "a token is not cancelled by another alias",
        mail(to=f"{REPLY_TO} sales@desk.test"),
        facts(tokens=(TOKEN,), known=(OURS,), aliases=(SALES,)),
        "record:7",
        "reply address",
    ),
    (
        "the sender's own token is taken before another's",
        mail(),
        facts(tokens=(replace(TOKEN, record_id=9, recipient=BOB), TOKEN)),
        "record:7",
        "reply address",
    ),
    (
        "a broken token beside an id",
        mail(to=REPLY_TO),
        facts(tokens=(BAD_TOKEN,), known=(OURS,)),
        "record:7",
        "Message-ID",
    ),
    (
        "a broken token alone",
        mail(to=REPLY_TO),
        facts(tokens=(BAD_TOKEN,), aliases=(SUPPORT,)),
        "quarantine",
        "broken reply address",
    ),
    ("In-Reply-To our message", mail(), facts(known=(OURS,), aliases=(SUPPORT,)), "record:7", "Message-ID"),
    ("In-Reply-To own first mail", mail(), facts(known=(THEIRS,), aliases=(SUPPORT,)), "record:7", "Message-ID"),
    ("the newest id of the sender's", mail(), facts(known=(OTHERS, THEIRS)), "record:7", "Message-ID"),
    (
        "a stranger quotes a customer's id",
        mail(),
        facts(known=(THEIRS,), aliases=(SUPPORT,), sender_address=EVE),
        "new:ticket",
        "alias",
    ),
    (
        "a stranger quotes a customer's id, no alias",
        mail(to="nobody@desk.test"),
        facts(known=(THEIRS,), sender_address=EVE),
        "quarantine",
        "quarantine",
    ),
    ("no From quotes an id", mail(sender=()), facts(known=(THEIRS,), sender_address=""), "quarantine", "quarantine"),
    (
        "a stranger quotes a note's id",
        mail(),
        facts(known=(NOTE,), sender_address=EVE, aliases=(SUPPORT,)),
        "new:ticket",
        "alias",
    ),
    ("a colleague answers our mail", mail(), facts(known=(OURS,), sender_address=EVE), "record:7", "Message-ID"),
    (
        "forwarded to another kind",
        mail(to="sales@desk.test"),
        facts(known=(OURS,), aliases=(SALES,), sender_address=KIM, sender_is_agent=True),
        "new:lead",
        "alias",
    ),
    (
        "forwarded with the tag in the subject",
        mail(to="sales@desk.test"),
        facts(known=(OURS,), tagged=(OURS,), aliases=(SALES,)),
        "new:lead",
        "alias",
    ),
    (
        "another kind only in Cc",
        mail(cc="sales@desk.test"),
        facts(known=(OURS,), aliases=(SUPPORT, SALES)),
        "record:7",
        "Message-ID",
    ),
    (
        "another kind beside the record's own",
        mail(to="support@desk.test sales@desk.test"),
        facts(known=(OURS,), aliases=(SUPPORT, SALES)),
        "record:7",
        "Message-ID",
    ),
    (
        "another alias of the same kind",
        mail(to="help@desk.test"),
        facts(known=(OURS,), aliases=(HELP,)),
        "record:7",
        "Message-ID",
    ),
    (
        "forwarded to another kind by local part",
        mail(to="sales@other.test"),
        facts(known=(OURS,), aliases=(replace(SALES, exact=False),)),
        "new:lead",
        "alias by local part",
    ),
    ("the tag, by a participant", mail(), facts(tagged=(OURS,), aliases=(SUPPORT,)), "record:7", "subject tag"),
    (
        "the tag, by an agent",
        mail(),
        facts(tagged=(OURS,), sender_address=KIM, sender_is_agent=True),
        "record:7",
        "subject tag",
    ),
    (
        "the tag, guessed",
        mail(),
        facts(tagged=(OURS,), aliases=(SUPPORT,), sender_address=EVE),
        "new:ticket",
        "alias",
    ),
    (
        "a closed record is opened again",
        mail(),
        facts(known=(replace(OURS, record_done=True),)),
        "record:7",
        "Message-ID",
    ),
    ("one alias", mail(), facts(aliases=(SUPPORT,)), "new:ticket", "alias"),
    ("two kinds", mail(), facts(aliases=(SUPPORT, SALES)), "new:ticket+lead", "alias"),
    ("two aliases of one kind", mail(), facts(aliases=(SUPPORT, HELP)), "new:ticket", "alias"),
    ("exact before local part", mail(), facts(aliases=(LOCAL, SALES)), "new:lead", "alias"),
    ("local part only", mail(to="support@old.test"), facts(aliases=(LOCAL,)), "new:ticket", "alias by local part"),
    ("alias before default", mail(), facts(aliases=(SALES,), default_kind="ticket"), "new:lead", "alias"),
    (
        "the account's default",
        mail(to="desk@provider.example"),
        facts(default_kind="ticket", default_brand_id=4),
        "new:ticket",
        "account default",
    ),
    (
        "nobody's address at our domain",
        mail(to="nobody@desk.test"),
        facts(default_kind="ticket"),
        "quarantine",
        "quarantine",
    ),
    (
        "nobody's address beside ours",
        mail(to="nobody@desk.test notifications@desk.test"),
        facts(default_kind="ticket"),
        "new:ticket",
        "account default",
    ),
    (
        "nobody's address by Delivered-To",
        mail(to="", delivered_to=("catchall@desk.test",)),
        facts(default_kind="ticket"),
        "quarantine",
        "quarantine",
    ),
    ("no recipient at all", mail(to=""), facts(), "quarantine", "quarantine"),
    ("no author", mail(sender=()), facts(sender_address="", aliases=(SUPPORT,)), "new:ticket", "alias"),
    ("an absence note", mail(to=REPLY_TO, mail_class=AUTO), facts(tokens=(TOKEN,)), "record:7", "reply address"),
    (
        "an absence note to a mail we do not know",
        mail(mail_class=AUTO, in_reply_to=("<x@y>",)),
        facts(aliases=(SUPPORT,)),
        "quarantine",
        "answer of a machine",
    ),
    ("a nightly report", mail(mail_class=AUTO), facts(aliases=(SUPPORT,)), "new:ticket", "alias"),
    ("a mailing list", mail(mail_class=MailClass.LIST), facts(aliases=(SUPPORT,)), "new:ticket", "alias"),
    (
        "a receipt for our mail",
        mail(mail_class=MailClass.REPORT),
        facts(known=(OURS,)),
        "record:7",
        "Message-ID",
    ),
    (
        "a receipt for nothing we know",
        mail(mail_class=MailClass.REPORT),
        facts(aliases=(SUPPORT,)),
        "ignored",
        "answer of a machine",
    ),
    (
        "one more from a sender who opened too many",
        mail(),
        facts(aliases=(SUPPORT,), creation_quota_left=False),
        "quarantine",
        "limit",
    ),
    (
        "one more from a sender who writes too often",
        mail(),
        facts(tokens=(TOKEN,), update_quota_left=False),
        "quarantine",
        "limit",
    ),
    (
        "the limit on opening does not stop an answer",
        mail(),
        facts(tokens=(TOKEN,), creation_quota_left=False),
        "record:7",
        "reply address",
    ),
]


@pytest.mark.parametrize(("incoming", "context", "goes", "rule"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_where_a_mail_goes(incoming: IncomingMail, context: RoutingContext, goes: str, rule: str) -> None:
    decision = route(incoming, context)
    assert said(decision) == goes
    assert decision.tried[-1].rule == rule
    assert decision.tried[-1].outcome == "yes"
    assert bool(decision.reason) == (decision.target is Target.QUARANTINE)


IN_ORDER = (
    "duplicate",
    "own mail",
    "delivery report",
    "own address as author",
    "author rewritten by a list",
    "blocked sender",
    "machine mail",
    "reply address",
    "Message-ID",
    "forward",
    "subject tag",
    "sender rule",
    "spam mark",
    "broken reply address",
    "answer of a machine",
    "alias",
    "alias by local part",
    "catchall",
    "account default",
    "quarantine",
)


@pytest.mark.parametrize(("incoming", "context"), [c[1:3] for c in CASES], ids=[c[0] for c in CASES])
def test_every_rule_up_to_the_deciding_one_is_listed(incoming: IncomingMail, context: RoutingContext) -> None:
    rules = [tried.rule for tried in route(incoming, context).tried]
    asked = [rule for rule in rules if rule != "limit"]
    assert asked == list(IN_ORDER[: len(asked)])
    assert all(tried.because for tried in route(incoming, context).tried)


# who may be believed, and what follows: sender, agent, proved by the server -> verified, relay, internal
@pytest.mark.parametrize(
    ("sender", "agent", "proved", "verified", "relay"),
    [
        (ANNA, False, False, True, True),  # the token is hers
        (BOB, False, False, False, True),  # takes part, with Anna's token
        (EVE, False, False, False, False),  # a stranger with Anna's token
        (EVE, False, True, True, False),  # proved to be a stranger
        (KIM, True, False, False, False),  # says to be an agent
        (KIM, True, True, True, True),
    ],
)
def test_a_token_and_who_used_it(sender: str, agent: bool, proved: bool, verified: bool, relay: bool) -> None:
    context = facts(tokens=(TOKEN,), sender_address=sender, sender_is_agent=agent, sender_verified=proved)
    # an agent takes part in the record he answers
    token = replace(TOKEN, participants=TOKEN.participants | ({KIM} if agent else set()))
    decision = route(mail(to=REPLY_TO), replace(context, tokens=(token,)))
    assert (decision.target, decision.record_id) == (Target.RECORD, TICKET)
    assert (decision.verified, decision.relay) == (verified, relay)
    assert decision.tell_staff
    assert (ANOTHERS_ADDRESS in decision.warnings) == (sender != ANNA)
    assert (NOT_PROVED in decision.warnings) == (not relay)


def test_a_broken_token_proves_nothing_beside_a_valid_one() -> None:
    broken = replace(BAD_TOKEN, record_id=9, recipient=BOB)
    decision = route(mail(), facts(tokens=(broken, TOKEN), sender_address=BOB))
    assert (decision.record_id, decision.verified) == (TICKET, False)


def test_participants_are_also_known_from_the_message_answered() -> None:
    token = replace(TOKEN, participants=frozenset())
    decision = route(mail(), facts(tokens=(token,), known=(OURS,), sender_address=BOB))
    assert decision.relay


def test_an_agent_answers_by_his_own_token() -> None:
    decision = route(mail(), facts(tokens=(replace(TOKEN, recipient=KIM),), sender_address=KIM, sender_is_agent=True))
    assert (decision.verified, decision.relay, decision.internal, decision.warnings) == (True, True, False, ())


@pytest.mark.parametrize("by_token", [True, False])
@pytest.mark.parametrize(
    ("sender", "agent", "internal", "relay"),
    [(KIM, True, True, True), (ANNA, False, False, False)],
)
def test_an_answer_to_a_note(sender: str, agent: bool, internal: bool, relay: bool, by_token: bool) -> None:
    tokens: tuple[ReplyToken, ...] = (replace(TOKEN, note=True, recipient=sender),) if by_token else ()
    context = facts(
        tokens=tokens, known=(NOTE,), sender_address=sender, sender_is_agent=agent, sender_verified=not by_token
    )
    decision = route(mail(), context)
    assert decision.record_id == TICKET
    assert (decision.internal, decision.relay, decision.tell_staff) == (internal, relay, True)


@pytest.mark.parametrize("agent", [True, False])
def test_an_unproved_agent_by_id_reaches_agents_only(agent: bool) -> None:
    decision = route(mail(), facts(known=(OURS,), sender_is_agent=agent))
    assert decision.relay is not agent
    assert decision.tell_staff
    assert not decision.verified


@pytest.mark.parametrize("mail_class", [kind for kind in MailClass if kind is not MailClass.HUMAN])
@pytest.mark.parametrize("context", [facts(tokens=(TOKEN,)), facts(known=(OURS,)), facts(tagged=(OURS,))])
def test_machine_mail_on_a_record_changes_nothing(mail_class: MailClass, context: RoutingContext) -> None:
    decision = route(mail(mail_class=mail_class), context)
    assert decision.target is Target.RECORD
    assert (decision.changes_state, decision.relay, decision.tell_staff) == (False, False, False)


@pytest.mark.parametrize(
    ("bounce", "record", "changes"), [(HARD, TICKET, True), (DELAYED, TICKET, False), (HARD, None, False)]
)
def test_only_a_hard_report_on_our_mail_changes_the_record(bounce: object, record: int | None, changes: bool) -> None:
    decision = route(mail(bounce=bounce, mail_class=MailClass.REPORT), facts(report_record_id=record))
    assert (decision.target, decision.changes_state, decision.relay) == (Target.BOUNCE, changes, False)


def test_another_mail_with_the_same_id_is_kept_and_marked() -> None:
    decision = route(mail(), facts(same_id_other_content=4, aliases=(SUPPORT,)))
    assert said(decision) == "new:ticket"
    assert SAME_ID in decision.warnings


def test_what_is_opened_carries_the_alias_and_brand() -> None:
    assert route(mail(), facts(aliases=(SALES,))).creations == (Creation("lead", 2, 5),)
    default = route(mail(to=""), facts(default_kind="ticket", default_brand_id=4))
    assert default.creations == (Creation("ticket", None, 4),)


ADDRESSES = st.sampled_from([ANNA, BOB, EVE, KIM, "", "support@desk.test"])
KNOWN = st.lists(st.sampled_from([OURS, THEIRS, NOTE, OTHERS, replace(OTHERS, record_id=LEAD)]), max_size=3).map(tuple)
CONTEXTS = st.builds(
    facts,
    tokens=st.lists(st.sampled_from([TOKEN, BAD_TOKEN, replace(TOKEN, note=True)]), max_size=2).map(tuple),
    known=KNOWN,
    tagged=KNOWN,
    aliases=st.lists(st.sampled_from([SUPPORT, SALES, HELP, LOCAL]), max_size=3).map(tuple),
    duplicate_of=st.none() | st.just(1),
    default_kind=st.sampled_from(["", "ticket"]),
    sender_is_agent=st.booleans(),
    sender_verified=st.booleans(),
    sender_address=ADDRESSES,
    own_loop=st.booleans(),
    creation_quota_left=st.booleans(),
    update_quota_left=st.booleans(),
)
MAILS = st.builds(
    mail,
    to=st.sampled_from(["", "support@desk.test", "sales@desk.test", "nobody@desk.test", REPLY_TO, "x@y.example"]),
    mail_class=st.sampled_from(MailClass),
    in_reply_to=st.sampled_from([(), ("<x@y>",)]),
)


@given(MAILS, CONTEXTS)
def test_nothing_unproved_ever_reaches_a_customer(incoming: IncomingMail, context: RoutingContext) -> None:
    decision = route(incoming, context)
    if decision.target is not Target.RECORD or not decision.relay:
        return
    mine = [t for t in context.tokens if t.valid and t.recipient == context.sender_address]
    named: list[KnownMessage | ReplyToken] = [*context.known, *context.tagged, *context.tokens]
    takes_part = any(
        context.sender_address in known.participants for known in named if known.record_id == decision.record_id
    )
    assert context.sender_address not in context.own_addresses or context.sender_is_agent
    assert incoming.mail_class is MailClass.HUMAN
    assert mine or takes_part or (context.sender_is_agent and context.sender_verified)
    assert not context.sender_is_agent or decision.verified


@given(MAILS, CONTEXTS)
def test_no_mail_is_dropped_but_a_copy_or_a_report(incoming: IncomingMail, context: RoutingContext) -> None:
    decision = route(incoming, context)
    if decision.target is Target.DUPLICATE:
        assert context.duplicate_of is not None
    elif decision.target is Target.LOOP:
        assert context.own_loop
    elif decision.target is Target.IGNORED:
        assert incoming.mail_class in (MailClass.REPORT, MailClass.OWN)
    elif decision.target is Target.NEW:
        kinds = [creation.kind for creation in decision.creations]
        assert kinds
        assert len(kinds) == len(set(kinds))
    assert not decision.internal or context.sender_is_agent


def test_a_mail_with_thousands_of_known_ids_is_decided_by_the_first_that_counts() -> None:
    known = tuple(replace(OTHERS, message_id=f"<{n}@x>") for n in range(3000))
    assert said(route(mail(), facts(known=(*known, OURS)))) == "record:7"
