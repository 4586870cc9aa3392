"""What a policy must include for a provider to send for a domain: as the providers' own pages say it."""

_INCLUDES = (
    ("smtp.gmail.com", ("_spf.google.com",)),
    ("smtp-relay.gmail.com", ("_spf.google.com",)),
    ("smtp.office365.com", ("spf.protection.outlook.com",)),
    ("fastmail.com", ("spf.messagingengine.com",)),
    ("messagingengine.com", ("spf.messagingengine.com",)),
    ("smtp.mail.me.com", ("icloud.com",)),
    ("smtp.zoho.com", ("zohomail.com", "zoho.com", "one.zoho.com")),
    ("smtp.zoho.eu", ("zohomail.eu", "zoho.eu", "one.zoho.eu")),
    ("smtppro.zoho.com", ("zohomail.com", "zoho.com", "one.zoho.com")),
    ("smtppro.zoho.eu", ("zohomail.eu", "zoho.eu", "one.zoho.eu")),
    ("smtp.yandex.com", ("_spf.yandex.net",)),
    ("smtp.yandex.ru", ("_spf.yandex.net",)),
    ("mailjet.com", ("spf.mailjet.com",)),
    ("smtp.sendgrid.net", ("sendgrid.net",)),
    ("amazonaws.com", ("amazonses.com",)),
    ("smtp.postmarkapp.com", ("spf.mtasv.net",)),
    ("mailgun.org", ("mailgun.org",)),
    ("mail.infomaniak.com", ("spf.infomaniak.ch",)),
    ("ovh.net", ("mx.ovh.com",)),
    ("smtp.migadu.com", ("spf.migadu.com",)),
    ("smtp.mailbox.org", ("mailbox.org",)),
    ("smtp.ionos.de", ("_spf-eu.ionos.com",)),
    ("smtp.ionos.co.uk", ("_spf-eu.ionos.com",)),
    ("smtp.ionos.com", ("_spf-us.ionos.com",)),
)


def includes_for(host: str) -> tuple[str, ...]:
    """Name the includes of which a policy needs one, the usual first; () for a server we know nothing of."""
    name = host.lower().rstrip(".")
    return next((found for end, found in _INCLUDES if name == end or name.endswith(f".{end}")), ())
