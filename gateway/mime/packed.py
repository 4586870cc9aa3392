"""What a packed part holds: the value TNEF and uuencode readers return."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PackedFile:
    """One file out of a packed part."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Unpacked:
    """What a packed part held; ``lines`` is its own text, if it had one."""

    files: list[PackedFile]
    lines: list[str]
