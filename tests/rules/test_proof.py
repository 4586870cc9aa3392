"""When our own server's word proves a From."""

import pytest

from models.rules.proof import proved

OURS = "mx.desk.test; spf=pass; dmarc=pass (p=reject dis=none) header.from=customer.test"


@pytest.mark.parametrize(
    ("results", "authserv_id", "domain", "expected"),
    [
        ((OURS,), "mx.desk.test", "customer.test", True),
        ((OURS.replace("mx.", "MX."),), "mx.desk.test", "customer.test", True),
        ((OURS,), "", "customer.test", False),
        ((OURS,), "mx.desk.test", "other.test", False),
        ((OURS,), "mx.desk.test", "", False),
        (("mx.evil.test; dmarc=pass header.from=customer.test", OURS), "mx.desk.test", "customer.test", False),
        (("mx.desk.test; dmarc=fail header.from=customer.test",), "mx.desk.test", "customer.test", False),
        (("mx.desk.test; spf=pass smtp.mailfrom=customer.test",), "mx.desk.test", "customer.test", False),
        (("mx.desk.test; none (dmarc=pass header.from=customer.test)",), "mx.desk.test", "customer.test", False),
        (("",), "mx.desk.test", "customer.test", False),
        ((), "mx.desk.test", "customer.test", False),
    ],
)
def test_only_the_topmost_word_of_our_server_counts(
    results: tuple[str, ...], authserv_id: str, domain: str, expected: bool
) -> None:
    assert proved(results, authserv_id, domain) is expected
