"""Names of servers as people type them, in the one form that is looked up and compared."""

from ipaddress import ip_address

from models.rules.address import domain


def host_name(typed: str) -> str:
    """Bring a host to its form: lower-case A-labels without a final dot, or a bare IP address; "" for what is none.

    An A-label shows what a name in look-alike letters really is.
    """
    text = typed.strip()
    try:
        return str(ip_address(text[1:-1] if text.startswith("[") and text.endswith("]") else text))
    except ValueError:
        found = domain(f"x@{text}")
    labels = found.split(".")
    usable = all(not label.startswith("-") and not label.endswith("-") for label in labels)
    return found if found and usable and not found.startswith("[") and not labels[-1].isdecimal() else ""
