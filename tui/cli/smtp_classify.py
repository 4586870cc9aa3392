"""smtp-classify: read refusals as JSON lines, write what each means as JSON lines."""

import json
from collections.abc import Iterable, Iterator

from models.rules.smtp_reply import Verdict, classify
from models.types.outbox import Phase, Reason

# words other mail tools use too; the rest of our reasons are such words already
_WORDS = {
    Reason.SENDER: "rejected",
    Reason.TLS: "failedstarttls",
    Reason.CONNECT: "network",
    Reason.GREYLIST: "greylisted",
}


def run(lines: Iterable[str]) -> Iterator[str]:
    """Answer each line {"code", "enhanced", "text", "stage"} with {"temporary", "reason"}, or {"error"}."""
    for line in lines:
        if line.strip():
            yield json.dumps(_answer(line), ensure_ascii=True)


def _answer(line: str) -> dict[str, object]:
    try:
        asked = json.loads(line)
        verdict = _verdict(asked)
    except (ValueError, TypeError, AttributeError) as error:
        return {"error": f"not a reply: {error}"}
    return {"temporary": verdict.temporary, "reason": _WORDS.get(verdict.reason, verdict.reason.value)}


def _verdict(asked: dict[str, object]) -> Verdict:
    code = asked.get("code")
    stage = str(asked.get("stage") or "").lower()
    phase = Phase.CONNECT if stage in ("helo", "ehlo", "conn") else Phase(stage) if stage in set(Phase) else None
    number = int(str(code)) if code not in (None, "") else None
    return classify(number, str(asked.get("enhanced") or ""), str(asked.get("text") or ""), phase)
