"""format=flowed put back into paragraphs (RFC 3676)."""


def unflow(text: str, *, delsp: bool = False) -> str:
    """Join flowed lines of equal quote depth; signature separators and fixed lines stay."""
    out: list[str] = []
    joining = False
    depth_before = -1
    for line in text.split("\n"):
        body = line.lstrip(">")
        depth = len(line) - len(body)
        body = body.removeprefix(" ")
        separator = body == "-- "
        flowed = body.endswith(" ") and not separator
        if flowed and delsp:
            body = body[:-1]
        if joining and depth == depth_before and not separator:
            out.append(body)
        else:
            out.append(("\n" if out else "") + _quoted(depth, body))
        joining, depth_before = flowed, depth
    return "".join(out)


def _quoted(depth: int, body: str) -> str:
    return ">" * depth + " " + body if depth else body
