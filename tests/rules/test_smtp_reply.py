from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.smtp_reply import classify, enhanced_code, sentence
from models.types.outbox import Phase, Reason

R = Reason
RCPT, MAIL, DATA, DOT, CONNECT, AUTH = Phase.RCPT, Phase.MAIL, Phase.DATA, Phase.DOT, Phase.CONNECT, Phase.AUTH

# replies as providers and mail servers document or send them
REPLIES: list[tuple[int | None, str, str, Phase | None, Reason]] = [
    (550, "5.1.1", "<x@y>: Recipient address rejected: User unknown in local recipient table", RCPT, R.USER),
    (550, "", "5.1.1 The email account that you tried to reach does not exist. Please try", RCPT, R.USER),
    (550, "", "Requested action not taken: mailbox unavailable", RCPT, R.USER),
    (550, "5.5.0", "Requested action not taken: mailbox unavailable (S2017062302).", RCPT, R.USER),
    (550, "5.1.10", "RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup", RCPT, R.USER),
    (550, "5.4.1", "Recipient address rejected: Access denied. AS(201806281)", RCPT, R.USER),
    (
        554,
        "",
        "delivery error: dd Sorry, your message to x cannot be delivered. This mailbox is disabled",
        DOT,
        R.INACTIVE,
    ),
    (550, "", "No Such User Here", RCPT, R.USER),
    (550, "", "sorry, no mailbox here by that name. (#5.1.1)", RCPT, R.USER),
    (550, "", "Invalid recipient", RCPT, R.USER),
    (553, "", "sorry, that recipient isn't listed in the directory", RCPT, R.USER),
    (550, "5.1.1", "unknown or illegal alias: x", RCPT, R.USER),
    (550, "", "utilisateur inconnu / unknown user", RCPT, R.USER),
    (550, "5.1.1", "Empfänger unbekannt", RCPT, R.USER),
    (551, "", "User not local; please try another path", RCPT, R.USER),
    (501, "5.1.3", "Bad recipient address syntax", RCPT, R.USER),
    (550, "5.7.1", "Recipient address rejected: Access denied", RCPT, R.USER),
    (554, "", "unknown or illegal alias", RCPT, R.USER),
    (554, "", "Unknown local part", RCPT, R.USER),
    (554, "", "destinatario desconocido", RCPT, R.USER),
    (554, "", "la cuenta no existe", RCPT, R.USER),
    (554, "", "cet utilisateur n'existe pas", RCPT, R.USER),
    (554, "", "gebruiker bestaat niet", RCPT, R.USER),
    (554, "", "taki adres nie istnieje", RCPT, R.USER),
    (554, "", "пользователь не найден", RCPT, R.USER),
    (554, "", "收件人不存在", RCPT, R.USER),
    (554, "", "宛先が見つかりません", RCPT, R.USER),
    (554, "", "skrzynka odbiorcza jest przepełniona", RCPT, R.FULL),
    (554, "", "buzón lleno", RCPT, R.FULL),
    (554, "", "почтовый ящик переполнен", RCPT, R.FULL),
    (554, "", "邮箱已满", RCPT, R.FULL),
    (553, "5.7.1", "sorry, your envelope recipient has been denied", RCPT, R.USER),
    (553, "", "Requested action not taken: mailbox name not allowed", RCPT, R.USER),
    (550, "", "Unrouteable address", RCPT, R.DOMAIN),
    (550, "", "The domain you named in the address is unknown here", RCPT, R.DOMAIN),
    (553, "", "sorry, the recipient's domain must exist", RCPT, R.DOMAIN),
    (556, "", "5.1.10 Recipient address has null MX", RCPT, R.DOMAIN),
    (521, "", "host takes none", CONNECT, R.DOMAIN),
    (550, "5.1.2", "x", RCPT, R.DOMAIN),
    (450, "4.1.2", "<x@y>: Recipient address rejected: Domain not found", RCPT, R.DOMAIN),
    (550, "", "Host or domain name not found. Name service error", RCPT, R.DOMAIN),
    (452, "4.2.2", "The email account that you tried to reach is over quota.", RCPT, R.FULL),
    (552, "5.2.2", "x", RCPT, R.FULL),
    (552, "", "Mailbox size limit exceeded", RCPT, R.FULL),
    (554, "", "user has exceeded his mailbox quota", DOT, R.FULL),
    (422, "", "Recipient's mailbox is full", RCPT, R.FULL),
    (550, "", "User has too many messages on the server", RCPT, R.FULL),
    (554, "", "the mailbox has exceeded its disk space limit", DOT, R.FULL),
    (550, "", "maildir delivery failed: disk quota (200MB) exceeded", DOT, R.FULL),
    (552, "5.2.2", "mailbox usage exceeds allowed size", DOT, R.FULL),
    (452, "4.2.2", "The recipient does not have enough storage space", RCPT, R.FULL),
    (452, "4.3.1", "Insufficient system storage", MAIL, R.SYSTEM),
    (534, "", "SIZE=30000000: too big", MAIL, R.SIZE),
    (552, "5.3.4", "Message size exceeds fixed limit", MAIL, R.SIZE),
    (552, "", "5.2.3 Your message exceeded Google's message size limits.", DOT, R.SIZE),
    (552, "", "message too large", DOT, R.SIZE),
    (523, "", "x", MAIL, R.SIZE),
    (421, "4.7.0", "[TSS04] Messages from 192.0.2.1 temporarily deferred due to unexpected volume", MAIL, R.RATE),
    (421, "4.7.28", "Our system has detected an unusual rate of unsolicited mail", DOT, R.RATE),
    (550, "5.4.5", "Daily user sending limit exceeded. For more information on Gmail", DOT, R.RATE),
    (452, "4.5.3", "Error: too many recipients", RCPT, R.RATE),
    (450, "4.7.1", "Error: too much mail from 192.0.2.1; connection rate limit exceeded", CONNECT, R.RATE),
    (421, "", "Too many concurrent SMTP connections from this IP address; please try again later.", CONNECT, R.RATE),
    (450, "4.2.1", "The user you are trying to contact is receiving mail at a rate that prevents", RCPT, R.RATE),
    (550, "5.2.1", "The user is receiving mail at a rate that\n550-5.2.1 prevents additional messages", RCPT, R.RATE),
    (550, "5.7.26", "Mail from this domain fails SPF.\n550-5.7.26 To protect users from phishing", DOT, R.POLICY),
    (450, "4.2.0", "<x@y>: Recipient address rejected: Greylisted, see http://postgrey.example/help", RCPT, R.GREYLIST),
    (451, "4.7.1", "Greylisting in action, please come back later", RCPT, R.GREYLIST),
    (451, "4.7.1", "Please try again later", RCPT, R.GREYLIST),
    (451, "4.7.500", "Server busy. Please try again later from [192.0.2.1].", RCPT, R.POLICY),
    (550, "5.7.26", "This mail has been blocked because the sender is unauthenticated. SPF and DKIM", DOT, R.POLICY),
    (554, "5.7.1", "Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org", RCPT, R.POLICY),
    (
        550,
        "5.7.1",
        "Unfortunately, messages from [192.0.2.1] weren't sent. part of their network is on our block list",
        MAIL,
        R.POLICY,
    ),
    (550, "5.7.1", "Client does not have permissions to send as this sender", DOT, R.SENDER),
    (554, "5.2.252", "SendAsDenied; support@desk.test not allowed to send as other@desk.test", DOT, R.SENDER),
    (553, "5.7.1", "<a@b>: Sender address rejected: not owned by user c", RCPT, R.SENDER),
    (550, "5.1.8", "<a@b>: Sender address rejected: Domain not found", RCPT, R.SENDER),
    (553, "5.1.8", "Domain of sender address does not exist", MAIL, R.SENDER),
    (550, "", "no such domain", MAIL, R.SENDER),
    (550, "5.7.60", "x", DOT, R.SENDER),
    (550, "", "sender with an invalid return path", MAIL, R.SENDER),
    (550, "", "posting by a non-member of the list", DOT, R.SENDER),
    (554, "5.7.1", "<x@y>: Relay access denied", RCPT, R.POLICY),
    (553, "", "sorry, we don't handle mail for that place, not a gateway", RCPT, R.POLICY),
    (550, "", "https://check.spamhaus.org/query/ip/192.0.2.1", CONNECT, R.POLICY),
    (550, "", "192.0.2.1 rejected, look at http://dnsbl.example.org/?192.0.2.1", RCPT, R.POLICY),
    (550, "", "Rejected by the recipient's anti-spoofing policy", DOT, R.POLICY),
    (554, "", "We take nothing from dynamic IPs, use the SMTP server of your provider", CONNECT, R.POLICY),
    (550, "", "authenticated users only", RCPT, R.POLICY),
    (550, "", "Administrative prohibition", RCPT, R.POLICY),
    (554, "", "You look like a spammer", RCPT, R.POLICY),
    (550, "", "relay not permitted", RCPT, R.POLICY),
    (550, "5.7.1", "Message rejected as spam by Content Filtering.", DOT, R.SPAM),
    (554, "", "5.7.1 [P4] Message blocked due to spam content in the message.", DOT, R.SPAM),
    (550, "", "High probability of spam", DOT, R.SPAM),
    (554, "", "Virus Eicar-Test-Signature found", DOT, R.CONTENT),
    (554, "", "refused: banned attachment", DOT, R.CONTENT),
    (550, "", "header size exceeds what we take", DOT, R.CONTENT),
    (554, "5.6.0", "Message contains bare CR", DOT, R.CONTENT),
    (550, "5.7.1", "Messages missing a valid messageId header are not accepted.", DOT, R.POLICY),
    (501, "", "Syntax error in parameters", MAIL, R.CONTENT),
    (550, "5.2.1", "The email account that you tried to reach is disabled.", RCPT, R.INACTIVE),
    (554, "", "This user account has been suspended", RCPT, R.INACTIVE),
    (550, "5.2.1", "x", RCPT, R.INACTIVE),
    (550, "", "This user is currently suspended", RCPT, R.INACTIVE),
    (554, "", "your message has been in the queue too long", None, R.SYSTEM),
    (550, "", "could not be delivered for more than 12 hours", None, R.SYSTEM),
    (550, "", "gave up after 5 attempts", None, R.SYSTEM),
    (554, "", "mail forwarding loop for that user", RCPT, R.SYSTEM),
    (450, "", "Host not found, try again", RCPT, R.SYSTEM),
    (421, "", "Service not available, closing transmission channel", CONNECT, R.SYSTEM),
    (451, "4.3.0", "Temporary lookup failure", RCPT, R.SYSTEM),
    (451, "", "Requested action aborted: local error in processing", DOT, R.SYSTEM),
    (554, "5.4.6", "Too many hops", DOT, R.SYSTEM),
    (450, "4.4.1", "no answer from host", RCPT, R.SYSTEM),
    (None, "", "Connection refused", CONNECT, R.SYSTEM),
    (None, "", "", CONNECT, R.CONNECT),
    (535, "5.7.8", "Username and Password not accepted. Learn more at https://support.example/spam", AUTH, R.AUTH),
    (535, "", "Authentication failed", AUTH, R.AUTH),
    (530, "5.7.0", "Authentication Required.", MAIL, R.AUTH),
    (534, "5.7.9", "Application-specific password required.", AUTH, R.AUTH),
    (530, "5.7.0", "Must issue a STARTTLS command first", MAIL, R.TLS),
    (454, "4.7.0", "Temporary authentication failure", AUTH, R.SYSTEM),
    (454, "4.7.0", "Too many login attempts, please try again later.", AUTH, R.RATE),
    (550, "", "x", RCPT, R.USER),
    (554, "", "x", DOT, R.POLICY),
    (450, "", "x", RCPT, R.SYSTEM),
    (504, "", "x", RCPT, R.UNKNOWN),
]


@pytest.mark.parametrize(("code", "enhanced", "text", "phase", "reason"), REPLIES)
def test_the_reason(code: int | None, enhanced: str, text: str, phase: Phase | None, reason: Reason) -> None:
    assert classify(code, enhanced, text, phase).reason is reason


@given(st.integers(400, 599), st.sampled_from(["", "4.7.1", "5.1.1", "2.0.0", "x"]), st.text(), st.sampled_from(Phase))
def test_the_reply_codes_class_decides_what_is_temporary(code: int, enhanced: str, text: str, phase: Phase) -> None:
    assert classify(code, enhanced, text, phase).temporary == (code < 500)


@pytest.mark.parametrize(
    ("enhanced", "text", "temporary"),
    [
        ("5.1.1", "", False),
        ("4.4.7", "", True),
        ("", "status 5.2.2", False),
        ("", "connection lost", True),
        ("", "", True),
    ],
)
def test_without_a_code_the_enhanced_code_decides(enhanced: str, text: str, temporary: bool) -> None:
    assert classify(None, enhanced, text, None).temporary == temporary


def test_words_in_links_and_addresses_are_no_reasons() -> None:
    said = "<spam@quota.example>: see https://help.example/mailbox-full/virus for details"
    assert classify(550, "5.1.1", said, RCPT).reason is R.USER


@given(st.text(), st.sampled_from(Phase))
def test_any_text_has_a_reason_and_a_sentence(text: str, phase: Phase) -> None:
    assert sentence(classify(550, text, text, phase).reason, address="a@b.example").endswith(".")


@pytest.mark.timeout(5)
@pytest.mark.parametrize(
    "text",
    ["a" * 10**6, "user " * 200_000, "mailbox (" * 100_000, ">" * 10**6, "1." * 500_000, "limit x " * 100_000],
)
def test_a_megabyte_of_text_takes_no_time(text: str) -> None:
    assert classify(550, "", text, RCPT).temporary is False
    enhanced_code(text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("550 5.1.1 unknown", "5.1.1"),
        ("550-5.7.26 This mail", "5.7.26"),
        ("(#5.1.1)", "5.1.1"),
        ("#4.4.312 expired", "4.4.312"),
        ("from 5.1.1.9 refused", ""),
        ("192.5.1.1", ""),
        ("version 3.1.1", ""),
        ("5.1", ""),
        ("5.01.001", "5.1.1"),
        ("", ""),
    ],
)
def test_the_enhanced_code_in_a_text(text: str, code: str) -> None:
    assert enhanced_code(text) == code


@pytest.mark.parametrize("reason", Reason)
def test_each_reason_is_a_sentence(reason: Reason) -> None:
    said = sentence(reason, address="anna@customer.example", server="mx.customer.example")
    assert said[0].isupper()
    assert said.endswith(".")
    assert "{" not in said
    bare = sentence(reason, address="")
    assert bare[0].isupper()
    assert "  " not in bare


def test_the_next_try_is_told_in_its_own_time_zone() -> None:
    at = datetime(2026, 10, 1, 14, 20, tzinfo=timezone(timedelta(hours=2)))
    assert sentence(R.RATE, address="a@b.example", next_try=at, server="mx.b.example").endswith("Next try 14:20.")
