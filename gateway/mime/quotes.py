"""What the writer added."""


def new_text(lines: list[str], quoted: list[bool]) -> str:
    """X."""
    return "\n".join(
        line for line, flag in zip(lines, quoted, strict=True) if not flag and not line.startswith(">")
    ).strip()
