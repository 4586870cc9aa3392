"""A secret in memory: a text whose repr says nothing, for a crash report prints the variables of every frame."""


class Secret(str):
    """A password, token or private key. Compare and send it as a text; format it nowhere."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "Secret()"
