"""A mail taken apart and put together again is the same mail."""

import pickle

from hypothesis import given
from hypothesis import strategies as st

from gateway.mime.parse import parse
from gateway.mime.tuple_form import pack, unpack
from models.types.mail import Bounce, BounceRecipient, IncomingMail
from tests.bench.letters import Letters


def test_letters_come_back_as_they_were() -> None:
    mails = [parse(letter) for letter in Letters(seed=3)(100)]
    assert [unpack(pickle.loads(pickle.dumps(pack(mail)))) for mail in mails] == mails


@given(st.from_type(Bounce), st.lists(st.from_type(BounceRecipient)))
def test_reports_come_back_as_they_were(bounce: Bounce, people: list[BounceRecipient]) -> None:
    plain = parse(b"Subject: x\n\nx")
    values = {name: getattr(plain, name) for name in IncomingMail.__dataclass_fields__}
    made = Bounce(bounce.is_bounce, bounce.is_complaint, tuple(people), bounce.original_ids, bounce.probable)
    mail = IncomingMail(**(values | {"bounce": made}))
    assert unpack(pack(mail)) == mail
