"""The providers mail programs sign in at, and what makes one usable. No client is built in: each desk has its own."""

from urllib.parse import urlsplit

from models.rules.new_account import is_loopback
from models.types.oauth import Provider

_GOOGLE_HELP = (
    "In console.cloud.google.com make a project, a consent screen (internal, if you use Workspace; an external one in "
    "testing ends after 7 days) and a client of the type Desktop app."
)
_MICROSOFT_HELP = (
    "In entra.microsoft.com register an application: public client, device flow allowed, the address http://localhost, "
    "and the delegated permissions IMAP.AccessAsUser.All, POP.AccessAsUser.All, SMTP.Send, offline_access."
)
_MICROSOFT = "https://login.microsoftonline.com/common/oauth2/v2.0"
_OUTLOOK = "https://outlook.office.com"

PROVIDERS = {
    "google": Provider(
        "google",
        "Google",
        "https://accounts.google.com/o/oauth2/v2/auth",
        "https://oauth2.googleapis.com/token",
        "",  # its flow for devices does not allow mail
        ("https://mail.google.com/",),
        help=_GOOGLE_HELP,
        extra=(("access_type", "offline"), ("prompt", "consent")),  # else it gives no refresh token the second time
    ),
    "microsoft": Provider(
        "microsoft",
        "Microsoft",
        f"{_MICROSOFT}/authorize",
        f"{_MICROSOFT}/token",
        f"{_MICROSOFT}/devicecode",
        (
            f"{_OUTLOOK}/IMAP.AccessAsUser.All",
            f"{_OUTLOOK}/POP.AccessAsUser.All",
            f"{_OUTLOOK}/SMTP.Send",
            "offline_access",
        ),
        help=_MICROSOFT_HELP,
        loopback="localhost",
        extra=(("prompt", "select_account"),),
    ),
}


def usable(provider: Provider) -> str:
    """Say what is wrong with a provider's addresses; "" when they can be used."""
    if not provider.token_url or not (provider.device_url or provider.authorize_url):
        return f"{provider.name} needs a token address, and one to ask for consent at."
    for url in (provider.token_url, provider.device_url, provider.authorize_url):
        if url and not safe_url(url):
            return f"{url} is no address tokens may be sent to: it must begin with https://."
    return ""


def safe_url(url: str) -> bool:
    """Tell whether a secret may be sent there: encrypted, or this machine itself, without a user in it."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    if any(ord(sign) <= 32 or ord(sign) > 126 for sign in url) or not host or parts.username is not None:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))
