"""What is wrong with the senders of a desk before a customer notices (R10)."""

from collections import defaultdict
from collections.abc import Iterator

from models.rules.address import domain
from models.rules.sender import covers
from models.types.check import CheckedDomain, DeskChecked, Finding
from models.types.sender import Candidate, Proof


def findings(desk: DeskChecked) -> tuple[Finding, ...]:
    """List what there is to look at, problems first."""
    found = (*_fallback(desk), *_brands(desk), *_sequences(desk), *_addresses(desk), *_domains(desk))
    return tuple(sorted(found, key=lambda one: not one.problem))


def _fallback(desk: DeskChecked) -> Iterator[Finding]:
    shared = [one for one in desk.addresses if one.agent_id is None and not one.brands and one.active]
    if not shared:
        yield Finding(
            "no-unbound-address",
            True,
            "",
            "No address of the company serves every brand: a new brand's records could not be answered.",
            "Keep one unbound: nightdesk address add, or nightdesk address unbind.",
        )


def _brands(desk: DeskChecked) -> Iterator[Finding]:
    senders = {one.address for one in desk.addresses if one.active and one.agent_id is None}
    for brand in desk.brands:
        if not brand.answers_as and (brand.active or brand.open_records):
            yield Finding(
                "brand-without-address",
                True,
                brand.name,
                f"Records of {brand.name} cannot be answered ({brand.open_records} open).",
                "Bind an address to it, or keep one unbound.",
            )
        if brand.notification and brand.notification not in senders:
            yield Finding(
                "notification-not-sent",
                False,
                brand.name,
                f"{brand.notification} is to stand in for senders of {brand.name}, and no account sends as it.",
                "Add it: nightdesk address add",
            )


def _sequences(desk: DeskChecked) -> Iterator[Finding]:
    same: dict[int, list[str]] = defaultdict(list)
    for one in desk.addresses:
        if one.active and one.agent_id is None and not one.brands:
            same[one.sequence].append(one.address)
    for sequence, addresses in sorted(same.items()):
        if len(addresses) > 1:
            yield Finding(
                "same-sequence",
                False,
                ", ".join(addresses),
                f"{' and '.join(addresses)} have the same order ({sequence}): the older one is used.",
                "Say which comes first: nightdesk address set ADDRESS --sequence N",
            )


def _addresses(desk: DeskChecked) -> Iterator[Finding]:
    dead = {one.id: one.name for one in desk.brands if not one.active}
    for one in desk.addresses:
        if not one.active:
            continue
        if names := [dead[brand] for brand in sorted(one.brands) if brand in dead]:
            yield Finding(
                "dead-brand",
                one.brands <= dead.keys(),
                one.address,
                f"{one.address} is bound to {', '.join(names)}, which was given up.",
                "Bind it to another brand, then unbind it: nightdesk address bind, unbind",
            )
        if not covers(one.server_filter, one.address):
            yield _uncovered(desk, one)
        if one.proof is not Proof.OK:
            how = "failed its test" if one.proof is Proof.FAILED else "was never tested"
            yield Finding(
                "untested",
                True,
                one.address,
                f"{one.address} is not used: its account {how}.",
                "Test it: nightdesk account test",
            )
        if one.id in desk.nobodys:
            yield Finding(
                "nobody",
                False,
                one.address,
                f"Nobody may answer as {one.address}.",
                "Say who may: nightdesk address allow ADDRESS LOGIN, or set ADDRESS --everybody",
            )


def _uncovered(desk: DeskChecked, one: Candidate) -> Finding:
    stands_in = {brand.stands_in for brand in desk.brands if not one.brands or brand.id in one.brands}
    lost = "" in stands_in or not stands_in
    instead = "it is not used" if lost else f"it goes out as {', '.join(sorted(stands_in))}"
    return Finding(
        "filter",
        lost,
        one.address,
        f"The server of {one.address} may not send as it: {instead}.",
        "Choose an account that may, or widen what it sends as.",
    )


def _domains(desk: DeskChecked) -> Iterator[Finding]:
    fetched_domains = {domain(one) for one in desk.fetched}
    for one in desk.domains:
        if one.catchall and one.catchall not in one.aliases:
            yield Finding(
                "catchall",
                True,
                one.name,
                f"Mail for unknown addresses at {one.name} goes to {one.catchall}, which opens nothing.",
                f"Make it an alias: nightdesk alias add {one.catchall}@{one.name}",
            )
        if one.bounce and one.bounce in one.aliases:
            yield Finding(
                "bounce",
                True,
                one.name,
                f"Delivery reports to {one.bounce}@{one.name} would open records.",
                f"Choose another one: nightdesk domain set {one.name} --bounce NAME",
            )
        yield from _aliases(one, desk.fetched, fetched_domains)


def _aliases(one: CheckedDomain, fetched: frozenset[str], domains: set[str]) -> Iterator[Finding]:
    for alias in one.aliases:
        address = f"{alias}@{one.name}"
        if address in fetched:
            continue
        near = one.name in domains
        yield Finding(
            "alias-without-mailbox",
            not near,
            address,
            f"No account fetches {address}"
            + (": it works if its server puts that mail into a mailbox that is fetched." if near else "."),
            "Add its mailbox: nightdesk account add; or let nightdesk serve take its mail in.",
        )
