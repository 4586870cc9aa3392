"""Providers described by hand: servers, what a person must do there first, and limits where the provider names some.

Limits change without notice; an account's own can be set otherwise.
"""

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


def _pop3(host: str, *, user: str = "{address}", auth: str = "p") -> Server:
    return Server(Protocol.POP3, host, 995, _TLS, user, oauth="o" in auth, password="p" in auth)


_GMAIL_SERVERS = (
    _smtp("smtp.gmail.com", auth="op"),
    _imap("imap.gmail.com", auth="op"),
    _pop3("pop.gmail.com", auth="op"),
)
_OUTLOOK_SERVERS = (
    _smtp("smtp.office365.com", 587, _STARTTLS, auth="o"),
    _imap("outlook.office365.com", auth="o"),
    _pop3("outlook.office365.com", auth="o"),
)

KNOWN = (
    Preset(
        "gmail",
        "Gmail",
        ("gmail.com", "googlemail.com"),
        _GMAIL_SERVERS,
        oauth="google",
        steps=_GOOGLE,
        limits=Limits(recipients_per_day=500),
        plus_addressing=True,
        other_from=False,  # it writes the account's own address over another From, unless that was proved there
        sent_copy=True,
        idle=True,
        described=True,
    ),
    Preset(
        "google-workspace",
        "Google Workspace",
        ("google.com",),
        _GMAIL_SERVERS,
        oauth="google",
        steps=_GOOGLE,
        limits=Limits(messages_per_day=2000, recipients_per_day=3000),
        plus_addressing=True,
        other_from=False,
        sent_copy=True,
        idle=True,
        described=True,
    ),
    Preset(
        "microsoft-365",
        "Microsoft 365",
        ("office365.com", "onmicrosoft.com"),
        _OUTLOOK_SERVERS,
        oauth="microsoft",
        steps=_MICROSOFT,
        limits=Limits(messages_per_minute=30, recipients_per_day=10_000),
        plus_addressing=True,
        other_from=False,  # only with the permission to send as it
        sent_copy=True,
        idle=True,
        described=True,
    ),
    Preset(
        "outlook",
        "Outlook.com, Hotmail, Live",
        ("outlook.com", "hotmail.com", "live.com", "msn.com", "windowslive.com"),
        (
            _smtp("smtp-mail.outlook.com", 587, _STARTTLS, auth="o"),
            _imap("outlook.office365.com", auth="o"),
            _pop3("outlook.office365.com", auth="o"),
        ),
        oauth="microsoft",
        steps=(
            _MICROSOFT[0],
            "For POP3 allow it first (Settings, Mail, Forwarding and IMAP).",
        ),
        plus_addressing=True,
        other_from=False,
        sent_copy=True,
        idle=True,
        described=True,
    ),
    Preset(
        "fastmail",
        "Fastmail",
        ("fastmail.com", "fastmail.fm", "messagingengine.com"),
        (_smtp("smtp.fastmail.com"), _imap("imap.fastmail.com"), _pop3("pop.fastmail.com")),
        steps=("Make an app password for IMAP and SMTP (Settings, Privacy & Security, Manage app passwords).",),
        plus_addressing=True,
        other_from=False,  # only addresses set up as its identities
        sent_copy=False,
        idle=True,
        described=True,
    ),
    Preset(
        "yahoo",
        "Yahoo Mail",
        ("yahoo.com", "ymail.com", "rocketmail.com", "yahoo.co.uk", "yahoo.de", "yahoo.fr", "yahoo.it", "yahoo.es"),
        (_smtp("smtp.mail.yahoo.com"), _imap("imap.mail.yahoo.com"), _pop3("pop.mail.yahoo.com")),
        steps=("Make an app password (account security, Generate app password) and use it as the password.",),
        limits=Limits(recipients_per_day=500),
        plus_addressing=True,
        other_from=False,
        idle=True,
        described=True,
    ),
    Preset(
        "icloud",
        "Apple iCloud",
        ("icloud.com", "me.com", "mac.com"),
        (_smtp("smtp.mail.me.com", 587, _STARTTLS), _imap("imap.mail.me.com", user="{local}")),
        steps=("Make an app-specific password (account.apple.com, Sign-In and Security) and use it as the password.",),
        limits=Limits(messages_per_day=1000, recipients_per_day=1000),
        plus_addressing=True,
        other_from=False,
        sent_copy=False,
        idle=True,
        described=True,
    ),
    Preset(
        "zoho",
        "Zoho Mail",
        ("zoho.com", "zohomail.com"),
        (_smtp("smtp.zoho.com"), _imap("imap.zoho.com"), _pop3("pop.zoho.com")),
        steps=(
            "Allow IMAP access (Settings, Mail Accounts, IMAP).",
            "With two-factor sign-in make an app password (accounts.zoho.com, Security) and use it as the password.",
        ),
        plus_addressing=True,
        other_from=False,
        sent_copy=True,
        idle=True,
        described=True,
    ),
    Preset(
        "yandex",
        "Yandex Mail",
        ("yandex.ru", "yandex.com", "ya.ru"),
        (_smtp("smtp.yandex.com"), _imap("imap.yandex.com"), _pop3("pop.yandex.com")),
        steps=(
            "Allow mail programs (Settings, Email clients).",
            "Make an app password (id.yandex.ru, Security) and use it as the password.",
        ),
        plus_addressing=True,
        other_from=False,
        idle=True,
        described=True,
    ),
    Preset(
        "infomaniak",
        "Infomaniak",
        ("infomaniak.com", "ik.me", "ikmail.com", "etik.com"),
        (_smtp("mail.infomaniak.com"), _imap("mail.infomaniak.com"), _pop3("mail.infomaniak.com")),
        steps=("Make a password for this device in the mail manager and use it as the password.",),
        plus_addressing=True,
        other_from=False,
        idle=True,
        described=True,
    ),
    Preset(
        "ovh",
        "OVHcloud",
        ("ovh.net",),
        (_smtp("ssl0.ovh.net"), _imap("ssl0.ovh.net"), _pop3("ssl0.ovh.net")),
        plus_addressing=True,
        idle=True,
        described=True,
    ),
    Preset(
        "ionos",
        "IONOS",
        ("ionos.com", "online.de"),
        (_smtp("smtp.ionos.com"), _imap("imap.ionos.com"), _pop3("pop.ionos.com")),
        plus_addressing=True,
        other_from=False,
        idle=True,
        described=True,
    ),
    Preset(
        "mailbox-org",
        "mailbox.org",
        ("mailbox.org",),
        (_smtp("smtp.mailbox.org"), _imap("imap.mailbox.org"), _pop3("pop3.mailbox.org")),
        steps=("With two-factor sign-in make an application password (Settings, Security).",),
        plus_addressing=True,
        other_from=False,
        idle=True,
        described=True,
    ),
    Preset(
        "posteo",
        "Posteo",
        ("posteo.de", "posteo.net", "posteo.org"),
        (_smtp("posteo.de"), _imap("posteo.de"), _pop3("posteo.de")),
        steps=("If additional mailbox protection is on, make an app password (Settings).",),
        plus_addressing=True,
        other_from=False,
        idle=True,
        described=True,
    ),
    Preset(
        "gmx",
        "GMX",
        ("gmx.net", "gmx.de", "gmx.at", "gmx.ch"),
        (_smtp("mail.gmx.net"), _imap("imap.gmx.net"), _pop3("pop.gmx.net")),
        steps=(
            "Allow POP3 and IMAP (E-Mail, Settings, POP3/IMAP).",
            "With two-factor sign-in make an application password (account security).",
        ),
        other_from=False,
        idle=True,
        described=True,
    ),
    Preset(
        "webde",
        "WEB.DE",
        ("web.de",),
        (_smtp("smtp.web.de"), _imap("imap.web.de"), _pop3("pop3.web.de")),
        steps=(
            "Allow POP3 and IMAP (E-Mail, Settings, POP3/IMAP).",
            "With two-factor sign-in make an application password (account security).",
        ),
        other_from=False,
        idle=True,
        described=True,
    ),
    Preset(
        "mailjet",
        "Mailjet (sends only)",
        (),
        (_smtp("in-v3.mailjet.com", user="API key"),),
        steps=("The user is the API key, the password the secret key (Account, API keys); prove the sender there.",),
        other_from=True,
        described=True,
    ),
    Preset(
        "sendgrid",
        "SendGrid (sends only)",
        (),
        (_smtp("smtp.sendgrid.net", user="apikey"),),
        steps=(
            "The user is the word apikey, the password an API key that may send; prove the sender or domain there.",
        ),
        other_from=True,
        described=True,
    ),
    Preset(
        "amazon-ses",
        "Amazon SES (sends only)",
        (),
        (_smtp("email-smtp.us-east-1.amazonaws.com", user="SMTP user"),),
        steps=(
            "Make SMTP credentials in the SES console; they are not the AWS keys. Use your region's host.",
            "Prove the sender's domain there, and leave the sandbox (in it: 200 messages a day).",
        ),
        other_from=True,
        described=True,
    ),
    Preset(
        "postmark",
        "Postmark (sends only)",
        (),
        (_smtp("smtp.postmarkapp.com", 587, _STARTTLS, user="Server API token"),),
        steps=("User and password both are the server's API token; prove the sender or domain there.",),
        other_from=True,
        described=True,
    ),
    Preset(
        "own",
        "A server of your own",
        (),
        (_smtp("mail.{domain}"), _imap("mail.{domain}"), _pop3("mail.{domain}")),
        steps=("The hosts are a guess: mail. and the address's domain.",),
        other_from=True,
        idle=True,
    ),
)
