"""What is looked at to see whether the desk is set up well, and what was found."""

from dataclasses import dataclass

from models.types.sender import Candidate


@dataclass(frozen=True, slots=True)
class CheckedBrand:
    """A brand. ``answers_as`` "" = the desk has no address for it; ``stands_in`` "" = nothing can stand in."""

    id: int
    name: str
    active: bool
    open_records: int
    answers_as: str
    stands_in: str
    notification: str  # that it names itself; "" = it names none


@dataclass(frozen=True, slots=True)
class CheckedDomain:
    """A domain. ``aliases``, ``catchall`` and ``bounce`` are local parts."""

    name: str
    aliases: tuple[str, ...]
    catchall: str
    bounce: str
    default_from: str  # normal address; "" = it names none


@dataclass(frozen=True, slots=True)
class DeskChecked:
    """All of it."""

    addresses: tuple[Candidate, ...]  # that were not removed
    nobodys: frozenset[int]  # ids of addresses neither agent nor group may use
    brands: tuple[CheckedBrand, ...]
    domains: tuple[CheckedDomain, ...]
    fetched: frozenset[str]  # normal addresses of the accounts that are fetched


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to look at. ``problem``: mail will not go out or come in as it should; else it is a hint."""

    code: str  # a word that stays the same, for programs
    problem: bool
    about: str  # the address, brand or domain
    sentence: str
    remedy: str
