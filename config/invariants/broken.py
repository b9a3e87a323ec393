"""What a check yields."""

from dataclasses import dataclass

from django.db.models import Model


@dataclass(frozen=True)
class Broken:
    """One row that breaks a promise: the promise, the row (``table/key``) and a sentence."""

    promise: str
    row: str
    text: str


def row(thing: Model) -> str:
    """Return the name of a row: ``table/key``."""
    return f"{thing._meta.label_lower}/{thing.pk}"
