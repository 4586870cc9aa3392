"""``nightdesk doctor``: what the world sees of our mail domains, and what to add to DNS."""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from tui.cli.output import as_json, say
from tui.cli.printing import put

if TYPE_CHECKING:
    from models.types.domain_health import DomainReport
    from tui.cli.parser import Commands

WRONG, UNAVAILABLE = 1, 69  # EX_UNAVAILABLE, sysexits.h


def declare(commands: "Commands", places: ArgumentParser) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "doctor",
        parents=[places],
        help="check MX, SPF, DKIM and DMARC of our domains",
        description="Ask DNS what others see of our domains, and say which records to add. Ends with 1 when something "
        "is wrong, with 69 when DNS could not be asked. A signing key whose record is seen is switched on.",
    )
    parser.add_argument(
        "domain", metavar="DOMAIN", nargs="?", default="", help="one of ours; all of them when not said"
    )
    parser.add_argument("--server", metavar="HOST[:PORT]", default="", help="the name server to ask (the system's)")
    parser.add_argument("--json", action="store_true", help="one JSON line")
    parser.set_defaults(run=run)


def run(arguments: Namespace) -> int:
    """Examine the domains."""
    from gateway.transports.names import Names, server_of
    from gateway.workers.doctor import examine
    from tui.cli.store import opened, settings_of

    names = Names(server_of(arguments.server))
    with opened(settings_of(arguments)) as database:
        reports = examine(database, names, arguments.domain)
    if arguments.json:
        as_json([plain(one) for one in reports])
    else:
        for one in reports:
            _show(one)
    grades = {one.grade.value for one in reports}
    return WRONG if "wrong" in grades else UNAVAILABLE if "unknown" in grades else 0


def plain(report: "DomainReport") -> dict[str, object]:
    """Return a report as JSON can hold it."""
    return {
        "domain": report.domain,
        "grade": report.grade.value,
        "at": report.at.isoformat(),
        "findings": [
            {
                "check": one.check,
                "grade": one.grade.value,
                "sentence": one.sentence,
                "record_name": one.record_name,
                "record_type": one.record_type,
                "record_value": one.record_value,
            }
            for one in report.findings
        ],
    }


def _show(report: "DomainReport") -> None:
    from models.rules.dkim_record import zone_line
    from tui.render import wash

    say(report.domain)
    for one in report.findings:
        say(f"  {one.grade.value:8} {one.check:9} {one.sentence}")
        if one.record_value and one.record_type == "TXT":
            put("           add: " + wash.line(zone_line(one.record_name, one.record_value), 5000))
        elif one.record_value:
            say(f"           add: {one.record_name}. {one.record_type} {one.record_value}")
