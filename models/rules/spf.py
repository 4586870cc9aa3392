"""Read an SPF policy with everything it includes, count what it costs, and see who may send (RFC 7208).

Pure: whoever surveys hands in the answers known so far and is told which ones are missing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from models.types.dns import Answer, Answers, Asked, Question

MOST_LOOKUPS = 10  # 4.6.4
MOST_VOIDS = 2  # 4.6.4
MOST_MX = 10
WALKED = 60  # terms that ask; beyond that it is wrong whatever follows

Network = IPv4Network | IPv6Network

_TERM = re.compile(r"([+?~-]?)(all|include|a|mx|ptr|ip4|ip6|exists)(?:([:/])(.*))?", re.IGNORECASE)
_MODIFIER = re.compile(r"([a-z][a-z0-9_.-]*)=(.*)", re.IGNORECASE)
_HOST = re.compile(
    r"(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.?", re.I
)


@dataclass(frozen=True, slots=True)
class Term:
    """One mechanism or modifier. ``qualifier``: + pass, - fail, ~ soft fail, ? neutral; "=" marks a modifier."""

    qualifier: str
    name: str
    value: str


@dataclass(slots=True)
class Survey:
    """What was found. ``needs``: answers without which it is not complete."""

    needs: set[Question] = field(default_factory=set)
    records: tuple[str, ...] = ()  # of the domain itself
    lookups: int = 0
    voids: int = 0
    problems: list[str] = field(default_factory=list)  # each makes receivers treat the policy as broken
    unreachable: list[str] = field(default_factory=list)  # names nobody could be asked about, and why
    includes: set[str] = field(default_factory=set)  # everything included with a pass, at any depth
    networks: list[Network] = field(default_factory=list)  # who may send, as far as it can be listed
    last: str = ""  # what becomes of all others: "-", "~", "?", "+"; "" = not said

    def covers(self, address: str) -> bool:
        """Tell whether a server with this address may send."""
        one = ip_address(address)
        return any(one in network for network in self.networks)


def survey(domain: str, answers: Answers) -> Survey:
    """Walk a domain's policy."""
    found = Survey()
    _Walk(answers, found).policy(domain.lower(), (), passes=True)
    return found


def policies(answer: Answer) -> tuple[str, ...]:
    """Pick the SPF records among TXT records (4.5)."""
    return tuple(one for one in answer.values if one.lower() == "v=spf1" or one.lower().startswith("v=spf1 "))


def terms(record: str) -> tuple[tuple[Term, ...], str]:
    """Read a record; also the first word in it that is no term, "" when all are."""
    read: list[Term] = []
    for word in record.split()[1:]:
        mechanism, modifier = _TERM.fullmatch(word), _MODIFIER.fullmatch(word)
        if mechanism:
            sign, name, mark, rest = mechanism.groups()
            value = f"/{rest}" if mark == "/" else rest or ""
            read.append(Term(sign or "+", name.lower(), value))
        elif modifier:
            read.append(Term("=", modifier[1].lower(), modifier[2]))
        else:
            return tuple(read), word
    return tuple(read), ""


class _Walk:
    """One evaluation. Terms that would ask are counted as an evaluation that matches nothing would count them."""

    def __init__(self, answers: Answers, found: Survey) -> None:
        self._answers = answers
        self._found = found

    def policy(self, domain: str, path: tuple[str, ...], *, passes: bool) -> None:
        answer = self._ask(domain, "TXT")
        if answer is None:
            return
        records = policies(answer)
        if not path:
            self._found.records = records
        if answer.asked is Asked.UNREACHABLE:
            return
        if len(records) != 1:
            self._no_policy(domain, path, answer, len(records))
            return
        read, odd = terms(records[0])
        if odd:
            self._problem(f"{odd!r} in the record of {domain} is no SPF term")
        self._terms(read, domain, (*path, domain), passes=passes)

    def _no_policy(self, domain: str, path: tuple[str, ...], answer: Answer, number: int) -> None:
        if not path:
            return  # whoever asked says it better
        if answer.asked is not Asked.FOUND:
            self._found.voids += 1
        what = "has no SPF record" if not number else f"has {number} SPF records"
        self._problem(f"{path[-1]} includes {domain}, which {what}")

    def _terms(self, read: tuple[Term, ...], domain: str, path: tuple[str, ...], *, passes: bool) -> None:
        for term in read:
            if term.name == "all" and term.qualifier != "=":
                self._ends(term.qualifier, path)
                return
            if term.qualifier != "=":
                self._mechanism(term, domain, path, passes=passes and term.qualifier == "+")
        for term in read:
            if term.qualifier == "=" and term.name == "redirect":
                self._follow(term.value, path, passes=passes, redirect=True)

    def _ends(self, qualifier: str, path: tuple[str, ...]) -> None:
        if len(path) == 1:
            self._found.last = qualifier

    def _mechanism(self, term: Term, domain: str, path: tuple[str, ...], *, passes: bool) -> None:
        if term.name in ("ip4", "ip6"):
            self._network(term, domain, passes=passes)
        elif term.name == "include":
            self._follow(term.value, path, passes=passes, redirect=False)
        elif self._counted():
            where, _, length = term.value.partition("/")
            target = where or domain
            if term.name in ("a", "mx") and _HOST.fullmatch(target):
                hosts = self._mail_hosts(target) if term.name == "mx" else (target,)
                self._addresses(tuple(hosts), length, passes=passes, void=term.name == "a")
            elif term.name == "exists" and not where:
                self._problem(f"exists in the record of {domain} names nothing")

    def _follow(self, target: str, path: tuple[str, ...], *, passes: bool, redirect: bool) -> None:
        name = target.lower().rstrip(".")
        if not self._counted():
            return
        if "%" in name:
            return  # depends on the mail at hand
        if not _HOST.fullmatch(name):
            self._problem(f"{target!r} in the record of {path[-1]} is no domain")
        elif name in path:
            self._problem(f"{name} includes itself" if not redirect else f"{name} redirects to itself")
        else:
            if passes:
                self._found.includes.add(name)
            if redirect and len(path) == 1:
                self._redirected(name, path, passes=passes)
            else:
                self.policy(name, path, passes=passes)

    def _redirected(self, name: str, path: tuple[str, ...], *, passes: bool) -> None:
        """What a record redirects to stands for it, its end too."""
        self.policy(name, path, passes=passes)
        answer = self._answers.get(Question(name, "TXT"))
        for record in policies(answer) if answer else ():
            ends = [one.qualifier for one in terms(record)[0] if one.name == "all" and one.qualifier != "="]
            self._found.last = ends[0] if ends else self._found.last

    def _network(self, term: Term, domain: str, *, passes: bool) -> None:
        try:
            network = ip_network(term.value, strict=False)
        except ValueError:
            self._problem(f"{term.name}:{term.value} in the record of {domain} is no network")
            return
        if network.version != int(term.name[2]):
            self._problem(f"{term.name}:{term.value} in the record of {domain} is no network")
        elif passes:
            self._found.networks.append(network)

    def _mail_hosts(self, domain: str) -> Iterator[str]:
        answer = self._ask(domain, "MX")
        if answer is None or answer.asked is Asked.UNREACHABLE:
            return
        hosts = [one.rpartition(" ")[2] for one in answer.values]
        if not hosts:
            self._found.voids += 1
        if len(hosts) > MOST_MX:
            self._problem(f"{domain} has more than {MOST_MX} mail servers, which mx must not name")
        yield from (host for host in hosts[:MOST_MX] if _HOST.fullmatch(host))

    def _addresses(self, hosts: tuple[str, ...], length: str, *, passes: bool, void: bool) -> None:
        four, _, six = length.partition("//")
        for host in hosts:
            answers = [self._ask(host, kind) for kind in ("A", "AAAA")]
            known = [one for one in answers if one is not None and one.asked is not Asked.UNREACHABLE]
            if void and len(known) == 2 and not any(one.values for one in known):
                self._found.voids += 1
            for one, bits in zip(answers, (four, six), strict=True):
                for address in one.values if one is not None and passes else ():
                    suffix = f"/{bits}" if bits.isdigit() else ""
                    try:
                        self._found.networks.append(ip_network(f"{address}{suffix}", strict=False))
                    except ValueError:
                        self._problem(f"/{length} after {host} is no length of a network")

    def _counted(self) -> bool:
        self._found.lookups += 1
        return self._found.lookups <= WALKED

    def _ask(self, name: str, kind: str) -> Answer | None:
        question = Question(name, kind)
        answer = self._answers.get(question)
        if answer is None:
            self._found.needs.add(question)
        elif answer.asked is Asked.UNREACHABLE:
            self._found.unreachable.append(f"{name} ({answer.why})")
        return answer

    def _problem(self, sentence: str) -> None:
        if sentence not in self._found.problems:
            self._found.problems.append(sentence)
