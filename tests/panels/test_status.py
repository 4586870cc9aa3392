"""The status line says what the rows say, a moment after they changed."""

from dataclasses import replace

from models.types.change import Change
from tests.panels.fake_desk import small_desk
from tests.panels.pilot import at


async def test_a_copy_that_went_out_is_no_longer_counted_as_queued():
    async with at(small_desk()) as user:
        user.desk.accounts = tuple(replace(one, queued=2) for one in user.desk.accounts)
        user.desk.feed.put_nowait(Change(record_ids=frozenset({1})))
        await user.until(lambda: "2 queued" in user.text)
        user.desk.accounts = tuple(replace(one, queued=0) for one in user.desk.accounts)
        user.desk.feed.put_nowait(Change(record_ids=frozenset({1})))
        await user.until(lambda: "queued" not in user.text)
