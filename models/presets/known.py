"""Providers described by hand: servers, what a person must do there first, and limits where the provider names some.

Limits change without notice; an account's own can be set otherwise.
"""

from functools import partial

from models.types.account import Security
from models.types.limits import Limits
from models.types.preset import Preset, Protocol, Server

_TLS, _STARTTLS = Security.TLS, Security.STARTTLS
_GOOGLE = (
    "Turn on 2-Step Verification (myaccount.google.com, Security).",
    "Then make an app password at myaccount.google.com/apppasswords and use its 16 letters as the password.",
    "Or sign in without any password: nightdesk account add ADDRESS --oauth google",
)
_MICROSOFT = (
    "Passwords are not taken any more: sign in with nightdesk account add ADDRESS --oauth microsoft",
    "Authenticated SMTP must be allowed for this mailbox (admin center, Users, Mail, Manage email apps).",
)


def _smtp(host: str, port: int = 465, security: Security = _TLS, *, user: str = "{address}", auth: str = "p") -> Server:
    return Server(Protocol.SMTP, host, port, security, user, oauth="o" in auth, password="p" in auth)


def _imap(host: str, *, user: str = "{address}", auth: str = "p") -> Server:
    return Server(Protocol.IMAP, host, 993, _TLS, user, oauth="o" in auth, password="p" in auth)


def _pop3(host: str, *, auth: str = "p") -> Server:
    return Server(Protocol.POP3, host, 995, _TLS, oauth="o" in auth, password="p" in auth)


def _three(smtp: str, imap: str, pop3: str) -> tuple[Server, ...]:
    return _smtp(smtp), _imap(imap), _pop3(pop3)


# What most of them do; a line below says only what is otherwise. Another From is refused or written over unless it was
# proved there, as an identity or by a permission.
_mailbox = partial(Preset, plus_addressing=True, other_from=False, idle=True, described=True)
_sender = partial(Preset, domains=(), other_from=True, described=True)

_GMAIL_SERVERS = (
    _smtp("smtp.gmail.com", auth="op"),
    _imap("imap.gmail.com", auth="op"),
    _pop3("pop.gmail.com", auth="op"),
)
_OUTLOOK_BOXES = (_imap("outlook.office365.com", auth="o"), _pop3("outlook.office365.com", auth="o"))
_GMX_STEPS = (
    "Allow POP3 and IMAP (E-Mail, Settings, POP3/IMAP).",
    "With two-factor sign-in make an application password (account security).",
)

KNOWN = (
    _mailbox(
        "gmail",
        "Gmail",
        ("gmail.com", "googlemail.com"),
        _GMAIL_SERVERS,
        oauth="google",
        steps=_GOOGLE,
        limits=Limits(recipients_per_day=500),
        sent_copy=True,
    ),
    _mailbox(
        "google-workspace",
        "Google Workspace",
        ("google.com",),
        _GMAIL_SERVERS,
        oauth="google",
        steps=_GOOGLE,
        limits=Limits(messages_per_day=2000, recipients_per_day=3000),
        sent_copy=True,
    ),
    _mailbox(
        "microsoft-365",
        "Microsoft 365",
        ("office365.com", "onmicrosoft.com"),
        (_smtp("smtp.office365.com", 587, _STARTTLS, auth="o"), *_OUTLOOK_BOXES),
        oauth="microsoft",
        steps=_MICROSOFT,
        limits=Limits(messages_per_minute=30, recipients_per_day=10_000),
        sent_copy=True,
    ),
    _mailbox(
        "outlook",
        "Outlook.com, Hotmail, Live",
        ("outlook.com", "hotmail.com", "live.com", "msn.com", "windowslive.com"),
        (_smtp("smtp-mail.outlook.com", 587, _STARTTLS, auth="o"), *_OUTLOOK_BOXES),
        oauth="microsoft",
        steps=(_MICROSOFT[0], "For POP3 allow it first (Settings, Mail, Forwarding and IMAP)."),
        sent_copy=True,
    ),
    _mailbox(
        "fastmail",
        "Fastmail",
        ("fastmail.com", "fastmail.fm", "messagingengine.com"),
        _three("smtp.fastmail.com", "imap.fastmail.com", "pop.fastmail.com"),
        steps=("Make an app password for IMAP and SMTP (Settings, Privacy & Security, Manage app passwords).",),
        sent_copy=False,
    ),
    _mailbox(
        "yahoo",
        "Yahoo Mail",
        ("yahoo.com", "ymail.com", "rocketmail.com", "yahoo.co.uk", "yahoo.de", "yahoo.fr", "yahoo.it", "yahoo.es"),
        _three("smtp.mail.yahoo.com", "imap.mail.yahoo.com", "pop.mail.yahoo.com"),
        steps=("Make an app password (account security, Generate app password) and use it as the password.",),
        limits=Limits(recipients_per_day=500),
    ),
    _mailbox(
        "icloud",
        "Apple iCloud",
        ("icloud.com", "me.com", "mac.com"),
        (_smtp("smtp.mail.me.com", 587, _STARTTLS), _imap("imap.mail.me.com", user="{local}")),
        steps=("Make an app-specific password (account.apple.com, Sign-In and Security) and use it as the password.",),
        limits=Limits(messages_per_day=1000, recipients_per_day=1000),
        sent_copy=False,
    ),
    _mailbox(
        "zoho",
        "Zoho Mail",
        ("zoho.com", "zohomail.com"),
        _three("smtp.zoho.com", "imap.zoho.com", "pop.zoho.com"),
        steps=(
            "Allow IMAP access (Settings, Mail Accounts, IMAP).",
            "With two-factor sign-in make an app password (accounts.zoho.com, Security) and use it as the password.",
        ),
        sent_copy=True,
    ),
    _mailbox(
        "yandex",
        "Yandex Mail",
        ("yandex.ru", "yandex.com", "ya.ru"),
        _three("smtp.yandex.com", "imap.yandex.com", "pop.yandex.com"),
        steps=(
            "Allow mail programs (Settings, Email clients).",
            "Make an app password (id.yandex.ru, Security) and use it as the password.",
        ),
    ),
    _mailbox(
        "infomaniak",
        "Infomaniak",
        ("infomaniak.com", "ik.me", "ikmail.com", "etik.com"),
        _three("mail.infomaniak.com", "mail.infomaniak.com", "mail.infomaniak.com"),
        steps=("Make a password for this device in the mail manager and use it as the password.",),
    ),
    _mailbox("ovh", "OVHcloud", ("ovh.net",), _three("ssl0.ovh.net", "ssl0.ovh.net", "ssl0.ovh.net"), other_from=None),
    _mailbox("ionos", "IONOS", ("ionos.com", "online.de"), _three("smtp.ionos.com", "imap.ionos.com", "pop.ionos.com")),
    _mailbox(
        "mailbox-org",
        "mailbox.org",
        ("mailbox.org",),
        _three("smtp.mailbox.org", "imap.mailbox.org", "pop3.mailbox.org"),
        steps=("With two-factor sign-in make an application password (Settings, Security).",),
    ),
    _mailbox(
        "posteo",
        "Posteo",
        ("posteo.de", "posteo.net", "posteo.org"),
        _three("posteo.de", "posteo.de", "posteo.de"),
        steps=("If additional mailbox protection is on, make an app password (Settings).",),
    ),
    _mailbox(
        "gmx",
        "GMX",
        ("gmx.net", "gmx.de", "gmx.at", "gmx.ch"),
        _three("mail.gmx.net", "imap.gmx.net", "pop.gmx.net"),
        steps=_GMX_STEPS,
        plus_addressing=None,
    ),
    _mailbox(
        "webde",
        "WEB.DE",
        ("web.de",),
        _three("smtp.web.de", "imap.web.de", "pop3.web.de"),
        steps=_GMX_STEPS,
        plus_addressing=None,
    ),
    _sender(
        "mailjet",
        "Mailjet (sends only)",
        servers=(_smtp("in-v3.mailjet.com", user="API key"),),
        steps=("The user is the API key, the password the secret key (Account, API keys); prove the sender there.",),
    ),
    _sender(
        "sendgrid",
        "SendGrid (sends only)",
        servers=(_smtp("smtp.sendgrid.net", user="apikey"),),
        steps=(
            "The user is the word apikey, the password an API key that may send; prove the sender or domain there.",
        ),
    ),
    _sender(
        "amazon-ses",
        "Amazon SES (sends only)",
        servers=(_smtp("email-smtp.us-east-1.amazonaws.com", user="SMTP user"),),
        steps=(
            "Make SMTP credentials in the SES console; they are not the AWS keys. Use your region's host.",
            "Prove the sender's domain there, and leave the sandbox (in it: 200 messages a day).",
        ),
    ),
    _sender(
        "postmark",
        "Postmark (sends only)",
        servers=(_smtp("smtp.postmarkapp.com", 587, _STARTTLS, user="Server API token"),),
        steps=("User and password both are the server's API token; prove the sender or domain there.",),
    ),
    Preset(
        "own",
        "A server of your own",
        (),
        _three("mail.{domain}", "mail.{domain}", "mail.{domain}"),
        steps=("The hosts are a guess: mail. and the address's domain.",),
        other_from=True,
        idle=True,
    ),
)
