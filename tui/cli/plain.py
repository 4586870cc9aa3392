"""Values of the desk as JSON can hold them."""

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from models.types.identity import AddressView, BrandView, DomainView, GroupView


def plain(view: "AddressView | BrandView | DomainView | GroupView") -> dict[str, Any]:
    """Turn it into names and values; the last change lies beside the rest."""
    fields = asdict(view)
    edit = fields.pop("edit")
    at: datetime | None = edit["at"]
    changed = {"changed_by": edit["by"], "changed_at": at.isoformat() if at else None, "changed_what": edit["what"]}
    return {**fields, "revision": edit["revision"], **changed}
