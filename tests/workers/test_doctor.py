"""A domain of ours examined: every check good, missing, doubled, too dear, silent, hostile; and what to add is said."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import col

from gateway.mime import dkim_keys
from gateway.transports.names import Names
from gateway.workers.doctor import examine
from models.rules import dkim_record
from models.services import dkim, vault
from models.services.setup import init
from models.tables.dkim import DkimKey
from models.tables.mail import Account
from models.types.dkim import Algorithm, NewKey
from models.types.domain_health import DomainReport, Finding, Grade
from models.types.errors import NotFound
from tests.servers.names import NameServer
from tests.services.letters import START
from tests.stories.terminal import PROGRAM
from tests.workers.working import Desk

KEY = dkim_keys.make(Algorithm.ED25519)
SELECTOR = "nd2603e"


@pytest.fixture
def dns() -> Iterator[NameServer]:
    """A domain where all is well, sent for by a server of its own at 192.0.2.1."""
    server = NameServer()
    server.put("desk.test", "MX", "10 mail.desk.test.")
    server.put("mail.desk.test", "A", "192.0.2.1")
    server.put("1.2.0.192.in-addr.arpa", "PTR", "mail.desk.test.")
    server.txt("desk.test", "v=spf1 ip4:192.0.2.1 include:more.test -all", "some=verification")
    server.txt("more.test", "v=spf1 ip4:198.51.100.0/24 -all")
    server.txt(dkim_record.name(SELECTOR, "desk.test"), dkim_record.text(KEY.algorithm, KEY.public))
    server.txt("_dmarc.desk.test", "v=DMARC1; p=quarantine; adkim=s")
    server.txt("_mta-sts.desk.test", "v=STSv1; id=1")
    with server.serving():
        yield server


@pytest.fixture
def clinic(desk: Desk, tmp_path: Path) -> Desk:
    """The desk sends through mail.desk.test and has a key that is not switched on yet."""
    desk.database.key_file = tmp_path / "worker.key"
    desk.database._info["key_file"] = desk.database.key_file
    desk.database.write(vault.ensure_key)
    add_key(desk, KEY)
    through(desk, "mail.desk.test")
    return desk


def add_key(desk: Desk, key: NewKey, selector: str = SELECTOR) -> None:
    desk.database.write(dkim.make, domain="desk.test", selector=selector, key=key, now=START)


def through(desk: Desk, host: str, **values: Any) -> None:
    statement = update(Account).values(smtp_host=host, imap_host=host, **values)
    desk.database.write(lambda session: session.execute(statement))


def look(desk: Desk, dns: NameServer, domain: str = "desk.test") -> DomainReport:
    (report,) = examine(desk.database, Names((dns.host, dns.port), seconds=0.3), domain)
    return report


def one(report: DomainReport, check: str) -> Finding:
    found = [each for each in report.findings if each.check == check]
    return max(found, key=lambda each: list(Grade).index(each.grade))


def active(desk: Desk) -> bool:
    (key,) = desk.rows(DkimKey, col(DkimKey.selector) == SELECTOR)
    return bool(key.active)


def test_a_domain_where_all_is_well(clinic: Desk, dns: NameServer) -> None:
    report = look(clinic, dns)
    grades = {each.check: each.grade for each in report.findings}
    assert grades == {
        "MX": Grade.GOOD, "SPF": Grade.GOOD, "DKIM": Grade.GOOD, "DMARC": Grade.GOOD, "reverse": Grade.GOOD,
        "MTA-STS": Grade.GOOD, "TLS-RPT": Grade.HINT,
    }  # fmt: skip
    assert report.grade is Grade.HINT
    assert "1 of 10 look-ups" in one(report, "SPF").sentence
    assert "DKIM and SPF speak" in one(report, "DMARC").sentence
    assert "seen for the first time" in report.findings[-1].sentence
    assert active(clinic), "the key is on from now on"
    clinic.database.write(dkim.switch, domain="desk.test", selector=SELECTOR, on=False, now=START)
    again = look(clinic, dns)
    assert "switched off" in one(again, "DKIM").sentence
    assert not active(clinic), "what a person switched off stays off"


def test_a_domain_with_nothing_is_told_what_to_add(clinic: Desk, dns: NameServer) -> None:
    root = {("", "NS"): ["a.root-servers.test."]}
    dns.zone = root | {("mail.desk.test", "A"): ["192.0.2.1"], ("desk.test", "A"): ["192.0.2.9"]}
    report = look(clinic, dns)
    assert one(report, "MX").grade is Grade.WARNING
    spf, key, dmarc, reverse = (one(report, each) for each in ("SPF", "DKIM", "DMARC", "reverse"))
    assert (spf.grade, spf.record_name, spf.record_type) == (Grade.WRONG, "desk.test", "TXT")
    assert spf.record_value == "v=spf1 ip4:192.0.2.1 ~all"
    assert key.grade is Grade.WARNING
    assert key.record_name == f"{SELECTOR}._domainkey.desk.test"
    assert key.record_value == dkim_record.text(KEY.algorithm, KEY.public)
    assert (dmarc.grade, dmarc.record_value) == (Grade.WARNING, "v=DMARC1; p=none")
    assert (reverse.grade, reverse.record_type, reverse.record_value) == (Grade.WRONG, "PTR", "mail.desk.test.")
    assert not active(clinic)


@pytest.mark.parametrize(
    ("spf", "grade", "words", "record"),
    [
        (("v=spf1 ip4:192.0.2.1 -all", "v=spf1 include:more.test ~all"), Grade.WRONG, "2 SPF records",
         "v=spf1 include:more.test ip4:192.0.2.1 -all"),
        (("v=spf1 include:more.test -all",), Grade.WRONG, "does not name who sends",
         "v=spf1 include:more.test ip4:192.0.2.1 -all"),
        (("v=spf1 redirect=more.test",), Grade.WRONG, "does not name", "v=spf1 ip4:192.0.2.1 redirect=more.test"),
        (("v=spf1 a:mail.desk.test " + "include:more.test " * 10 + "-all",), Grade.WRONG, "11 DNS look-ups", ""),
        (("v=spf1 a:mail.desk.test " + "include:more.test " * 9 + "-all",), Grade.GOOD, "10 of 10", ""),
        (("v=spf1 ip4:192.0.2.1 a:x1.test a:x2.test a:x3.test -all",), Grade.WRONG, "3 names that are not there", ""),
        (("v=spf1 ip4:192.0.2.1 a:x1.test a:x2.test -all",), Grade.GOOD, "2 of 10", ""),
        (("v=spf1 ip4:192.0.2.1 include:loop.test -all",), Grade.WRONG, "loop.test includes itself", ""),
        (("v=spf1 ip4:192.0.2.1 +all",), Grade.WRONG, "everybody", ""),
        (("v=spf1 ip4:192.0.2.1",), Grade.WARNING, "does not say what becomes", ""),
        (("v=spf1 ip4:192.0.2.0/24 mx ~all",), Grade.GOOD, "names who sends", ""),
        (("v=spf1 mx -all",), Grade.GOOD, "names who sends", ""),
    ],
)  # fmt: skip
def test_spf(clinic: Desk, dns: NameServer, spf: tuple[str, ...], grade: Grade, words: str, record: str) -> None:
    dns.txt("desk.test", *spf)
    dns.txt("loop.test", "v=spf1 include:loop2.test -all")
    dns.txt("loop2.test", "v=spf1 include:loop.test -all")
    found = one(look(clinic, dns), "SPF")
    assert (found.grade, found.record_value) == (grade, record), found
    assert words in found.sentence


@pytest.mark.parametrize(
    ("record", "grade"),
    [("v=spf1 include:_spf.google.com ~all", Grade.GOOD), ("v=spf1 include:wrap.test ~all", Grade.GOOD),
     ("v=spf1 include:more.test ~all", Grade.WRONG)],
)  # fmt: skip
def test_a_providers_include_is_wanted_at_any_depth(clinic: Desk, dns: NameServer, record: str, grade: Grade) -> None:
    through(clinic, "smtp.gmail.com")
    dns.txt("desk.test", record)
    dns.txt("wrap.test", "v=spf1 include:_spf.google.com ~all")
    dns.txt("_spf.google.com", "v=spf1 ip4:203.0.113.0/24 ~all")
    report = look(clinic, dns)
    found = one(report, "SPF")
    assert found.grade is grade
    if grade is Grade.WRONG:
        assert found.record_value == "v=spf1 include:more.test include:_spf.google.com ~all"
    assert not [each for each in report.findings if each.check == "reverse"], "their server, their name"


def test_a_strangers_server_is_not_guessed_at(clinic: Desk, dns: NameServer) -> None:
    through(clinic, "smtp.nobody-knows.test")
    found = one(look(clinic, dns), "SPF")
    assert found.grade is Grade.HINT
    assert "ask that provider" in found.sentence


@pytest.mark.parametrize(
    ("records", "signs", "grade", "words"),
    [
        (("v=DMARC1; p=reject",), True, Grade.GOOD, "says reject"),
        (("v=DMARC1; p=reject",), False, Grade.GOOD, "SPF speaks"),
        (("v=DMARC1; p=wrong",), True, Grade.WRONG, "none of"),
        (("v=DMARC1",), True, Grade.WRONG, "none of"),
        (("v=DMARC1; p=none", "v=DMARC1; p=reject"), True, Grade.WRONG, "2 DMARC records"),
        (("v=spf1 -all",), True, Grade.WARNING, "no DMARC record"),
    ],
)
def test_dmarc(clinic: Desk, dns: NameServer, records: tuple[str, ...], signs: bool, grade: Grade, words: str) -> None:
    dns.txt("_dmarc.desk.test", *records)
    if not signs:
        del dns.zone[dkim_record.name(SELECTOR, "desk.test"), "TXT"]
    found = one(look(clinic, dns), "DMARC")
    assert (found.grade, words in found.sentence) == (grade, True), found


def test_bounces_elsewhere_leave_the_signature_to_speak(clinic: Desk, dns: NameServer) -> None:
    through(clinic, "mail.desk.test", email="desk@provider.test")
    speaking = one(look(clinic, dns), "DMARC")
    assert (speaking.grade, "; DKIM speaks" in speaking.sentence) == (Grade.GOOD, True)
    clinic.database.write(dkim.switch, domain="desk.test", selector=SELECTOR, on=False, now=START)
    silent = one(look(clinic, dns), "DMARC")
    assert silent.grade is Grade.WRONG
    assert "bounces go to provider.test" in silent.sentence


def test_a_subdomain_is_under_its_parents_policy(clinic: Desk, dns: NameServer) -> None:
    write = clinic.database.write
    write(init, brand="Night", domain="eu.desk.test", notification="n@desk.test", now=START)
    dns.put("eu.desk.test", "MX", "10 mail.desk.test.")
    dns.txt("_dmarc.desk.test", "v=DMARC1; p=reject; sp=none")
    assert "DMARC at _dmarc.desk.test says none" in one(look(clinic, dns, "eu.desk.test"), "DMARC").sentence
    assert len(examine(clinic.database, Names((dns.host, dns.port), seconds=0.3))) == 2


@pytest.mark.parametrize(
    ("text", "words"),
    [("v=DKIM1; k=ed25519; p=", "withdrawn"), ("v=DKIM1; k=ed25519; p=AAAA", "another key"), ("hello", "no DKIM key")],
)
def test_a_wrong_key_is_wrong_once_it_signs(clinic: Desk, dns: NameServer, text: str, words: str) -> None:
    dns.txt(dkim_record.name(SELECTOR, "desk.test"), text)
    found = one(look(clinic, dns), "DKIM")
    assert (found.grade, words in found.sentence) == (Grade.WARNING, True)
    clinic.database.write(dkim.switch, domain="desk.test", selector=SELECTOR, on=True, now=START)
    found = one(look(clinic, dns), "DKIM")
    assert (found.grade, "although mail is signed" in found.sentence) == (Grade.WRONG, True)


@pytest.mark.parametrize("values", [["nobody.test."], ["liar.test."]])
def test_a_name_that_does_not_lead_back(clinic: Desk, dns: NameServer, values: list[str]) -> None:
    dns.put("1.2.0.192.in-addr.arpa", "PTR", *values)
    dns.put("liar.test", "A", "203.0.113.1")
    found = one(look(clinic, dns), "reverse")
    assert (found.grade, "does not lead back" in found.sentence) == (Grade.WRONG, True)


def test_mail_that_cannot_come_back(clinic: Desk, dns: NameServer) -> None:
    dns.put("desk.test", "MX", "0 .")
    assert "takes no mail at all" in one(look(clinic, dns), "MX").sentence
    dns.put("desk.test", "MX", "10 gone.desk.test.", "20 mail.desk.test.")
    assert one(look(clinic, dns), "MX").grade is Grade.WARNING
    dns.put("desk.test", "MX", "10 gone.desk.test.")
    assert one(look(clinic, dns), "MX").grade is Grade.WRONG


@pytest.mark.parametrize("fault", ["servfail", "refused", "silence", "garbage"])
def test_dns_out_of_reach_is_said_and_nothing_is_called_missing(clinic: Desk, dns: NameServer, fault: str) -> None:
    dns.faults["*"] = fault
    report = look(clinic, dns)
    assert {each.grade for each in report.findings} == {Grade.UNKNOWN}
    assert not [each for each in report.findings if each.record_value], "nothing to add: it may all be there"
    assert all("could not be asked" in each.sentence for each in report.findings)
    assert not active(clinic)


@pytest.mark.parametrize("known", [{}, {("", "A"): ["192.0.2.200"]}])
def test_a_name_server_that_denies_every_name_is_not_believed(
    clinic: Desk, dns: NameServer, known: dict[tuple[str, str], list[str]]
) -> None:
    """As they do in a network without a way out: even the root of all names is denied."""
    dns.zone = known
    report = look(clinic, dns)
    assert {each.grade for each in report.findings} == {Grade.UNKNOWN}
    assert "knows nothing of the internet" in report.findings[0].sentence


@pytest.mark.parametrize("name", ["more.test", "desk.test", "_dmarc.desk.test", f"{SELECTOR}._domainkey.desk.test"])
def test_one_name_out_of_reach_spoils_its_check_only(clinic: Desk, dns: NameServer, name: str) -> None:
    dns.faults[name] = "servfail"
    report = look(clinic, dns)
    unknown = {each.check for each in report.findings if each.grade is Grade.UNKNOWN}
    assert unknown == {
        "more.test": {"SPF"}, "desk.test": {"MX", "SPF"}, "_dmarc.desk.test": {"DMARC"},
        f"{SELECTOR}._domainkey.desk.test": {"DKIM"},
    }[name]  # fmt: skip
    assert Grade.WRONG not in {each.grade for each in report.findings}


def test_a_long_answer_comes_whole(clinic: Desk, dns: NameServer) -> None:
    dns.txt("desk.test", "v=spf1 " + " ".join(f"ip4:203.0.113.{n}" for n in range(200)) + " ip4:192.0.2.1 -all")
    dns.faults["desk.test"] = "cut"
    assert one(look(clinic, dns), "SPF").grade is Grade.GOOD
    assert dns.over_tcp


def test_a_policy_that_asks_for_the_world_ends(clinic: Desk, dns: NameServer) -> None:
    dns.txt("desk.test", "v=spf1 " + " ".join(f"mx:m{n}.test" for n in range(60)) + " -all")
    for number in range(60):
        dns.put(f"m{number}.test", "MX", *(f"10 h{number}x{host}.test." for host in range(10)))
    assert one(look(clinic, dns), "SPF").grade is Grade.WRONG
    assert sum(dns.asked.values()) < 250


def test_a_domain_of_others_is_not_examined(clinic: Desk, dns: NameServer) -> None:
    with pytest.raises(NotFound, match="no domain of ours"):
        look(clinic, dns, "customer.test")


@pytest.mark.parametrize("fault", ["", "wrong", "silence"])
def test_the_command_says_it_in_sentences_and_by_its_exit_code(
    clinic: Desk, dns: NameServer, tmp_path: Path, fault: str
) -> None:
    dns.txt("_mta-sts.desk.test", "v=STSv1; id=1")
    if fault == "wrong":
        dns.zone["desk.test", "TXT"] = ['"v=spf1 \\027]52;c;AAAA\\007 -all"', '"v=spf1 -all"']
    elif fault:
        dns.faults["*"] = fault

    def said(*more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", PROGRAM, "doctor", "desk.test", "--database", clinic.database.url,
             "--server", f"{dns.host}:{dns.port}", *more],
            capture_output=True, text=True, timeout=90,
        )  # fmt: skip

    as_json = said("--json")
    found = json.loads(as_json.stdout)
    assert as_json.returncode == {"": 0, "wrong": 1, "silence": 69}[fault]
    assert found[0]["grade"] == {"": "hint", "wrong": "wrong", "silence": "unknown"}[fault]
    if fault == "silence":
        return
    words = said()
    assert words.stdout.startswith("desk.test\n")
    assert not {"\x1b", "\x07"} & set(words.stdout + as_json.stdout)
    if fault:
        assert 'add: desk.test. TXT "v=spf1 ip4:192.0.2.1 -all"' in words.stdout


def test_nothing_is_written_where_nothing_was_seen(clinic: Desk, dns: NameServer) -> None:
    del dns.zone[dkim_record.name(SELECTOR, "desk.test"), "TXT"]
    look(clinic, dns)
    (key,) = clinic.rows(DkimKey)
    assert key.seen_at is None
