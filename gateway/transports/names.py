"""Ask name servers, honestly: what could not be asked is never taken for missing. Blocking; run it in a thread."""

from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from models.types.dns import Answer, Asked, Question
from models.types.errors import SettingsError

if TYPE_CHECKING:
    from dns.resolver import Resolver

SECONDS = 3.0  # for one try at one server
LIFETIME = 6.0  # for one question, all servers and tries together
PATIENCE = 2  # questions nobody answers before we stop asking
MOST_VALUES = 100
LONGEST_VALUE = 10_000  # characters; a TXT record can hold 64 kB
_ROOT = Question(".", "NS")


class Names:
    """Asks the system's name servers, or one that is named (host, port). An answer is asked for once."""

    def __init__(self, server: tuple[str, int] | None = None, *, seconds: float = SECONDS) -> None:
        self._server = server
        self._seconds = seconds
        self._resolver: Resolver | None = None
        self._known: dict[Question, Answer] = {}
        self._silences = 0

    def ask(self, question: Question) -> Answer:
        """Ask once; the same answer ever after. Raises nothing."""
        if question not in self._known:
            found = self._ask(question)
            if found.asked in (Asked.NO_NAME, Asked.NOTHING) and self._cut_off():
                found = Answer(Asked.UNREACHABLE, why="the name server asked knows nothing of the internet")
            self._known[question] = found
        return self._known[question]

    def _cut_off(self) -> bool:
        """Tell whether the server denies even the root: without a way out some deny every name there is."""
        if _ROOT not in self._known:
            self._known[_ROOT] = self._ask(_ROOT)
        return self._known[_ROOT].asked in (Asked.NO_NAME, Asked.NOTHING)

    def _ask(self, question: Question) -> Answer:
        import dns.exception
        import dns.resolver
        import dns.reversename

        if self._silences >= PATIENCE:
            return Answer(Asked.UNREACHABLE, why="no name server answers")
        try:
            name = dns.reversename.from_address(question.name) if question.kind == "PTR" else question.name
            found = self._configured().resolve(
                name, question.kind, raise_on_no_answer=False, lifetime=self._seconds * LIFETIME / SECONDS, search=False
            )
        except dns.resolver.NXDOMAIN:
            self._silences = 0
            return Answer(Asked.NO_NAME)
        except dns.resolver.NoResolverConfiguration:
            self._silences = PATIENCE
            return Answer(Asked.UNREACHABLE, why="this machine knows no name server")
        except dns.resolver.LifetimeTimeout:
            self._silences += 1
            return Answer(Asked.UNREACHABLE, why="no name server answered in time")
        except dns.resolver.NoNameservers as error:
            return Answer(Asked.UNREACHABLE, why=_why(error))
        except (dns.exception.DNSException, OSError, ValueError, UnicodeError) as error:
            if isinstance(error, OSError):
                self._silences += 1
            return Answer(Asked.UNREACHABLE, why=f"the question failed ({type(error).__name__})")
        self._silences = 0
        records = list(found.rrset or ())[:MOST_VALUES]
        if question.kind == "MX":
            records.sort(key=lambda one: (one.preference, one.exchange))
        values = tuple(_value(one, question.kind) for one in records)
        if question.kind != "MX":
            values = tuple(sorted(values))  # servers turn them round as they please
        return Answer(Asked.FOUND if values else Asked.NOTHING, values)

    def _configured(self) -> "Resolver":
        import dns.resolver

        if self._resolver is None:
            resolver = dns.resolver.Resolver(configure=self._server is None)
            if self._server is not None:
                resolver.nameservers = [self._server[0]]
                resolver.port = self._server[1]
            resolver.timeout = self._seconds
            self._resolver = resolver
        return self._resolver


def server_of(said: str) -> tuple[str, int] | None:
    """Read ``ADDRESS``, ``ADDRESS:PORT`` or ``[ADDRESS]:PORT``; None for "". ``SettingsError`` when it is none."""
    if not said:
        return None
    host, port = said, "53"
    if said.startswith("[") and "]" in said:
        host, _, rest = said[1:].partition("]")
        port = rest.removeprefix(":") or port
    elif said.count(":") == 1:
        host, _, port = said.partition(":")
    try:
        number = int(port)
        address = str(ip_address(host))
    except ValueError:
        number, address = 0, ""
    if not 0 < number < 65536:
        raise SettingsError(f"{said!r} is no name server.", "Give its address, such as 9.9.9.9 or 127.0.0.1:5353.")
    return address, number


def _value(record: Any, kind: str) -> str:
    if kind == "TXT":
        text = b"".join(record.strings)[:LONGEST_VALUE].decode("utf-8", "replace")
    elif kind == "MX":
        text = f"{record.preference} {_plain(record.exchange)}"
    elif kind in ("PTR", "NS"):
        text = _plain(record.target)
    else:
        text = str(record.address)
    return text


def _plain(name: Any) -> str:
    said = str(name.to_text())
    return said if said == "." else said.removesuffix(".")


def _why(error: Any) -> str:
    """Say what the last server's refusal was: SERVFAIL, REFUSED ..."""
    errors = error.kwargs.get("errors") or ()
    words = {str(one[3]) for one in errors if len(one) > 3}
    return f"the name server says {', '.join(sorted(words))}" if words else "no name server would answer"
