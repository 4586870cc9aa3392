"""A reader in a child that dies of some mail, as by a bomb we do not know yet; imports little, children are many."""

import os
from collections.abc import Sequence

from gateway.mime.mailbox_file import Lying, read
from gateway.mime.mailbox_reader import Reading, read_all


def deadly(places: Sequence[Lying]) -> Reading:
    if any(b"deadly" in read(place) for place in places):
        os._exit(9)
    return read_all(places)
