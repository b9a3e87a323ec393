"""What a record says, in one digest: the journal keeps it with every change, so a row changed behind its back is found."""

import datetime as dt
import hashlib
import json
from typing import Any

from records.canonical import as_text
from records.models import AdverseRecord

#: Raise it when :data:`SAID` changes: digests of another recipe are not compared.
RECIPE = "1"
#: What a record says. Not in it: when somebody is to be reminded, and how often it was saved.
SAID = (
    *("public_id", "status", "subject_id", "subject_name", "authority_id", "data_provider", "document_number"),
    *("document_key", "category", "violation_type", "facts", "legal_basis", "content", "fine_amount"),
    *("confiscated_amount", "licence", "decision_date", "valid_until", "remark", "sector", "conduct_ended"),
    *("minor_declared", "serious_list", "severity", "publicity_from", "earliest_application", "publicity_until"),
    "disclosed_until",
    *("because", "rule_ids", "notified_at", "deferred_until", "objection_marked", "content_hash", "reported_late"),
    *("late_days", "undone", "removed_at"),
)


def digest_of(record: AdverseRecord) -> str:
    """Return the digest of what the record says now: the recipe's number and a SHA-256 in hex.

    It is the same for the object that was just saved and for its row read again, on every database.
    """
    values = [getattr(record, name) for name in SAID]
    said = json.dumps(values, default=_plain, ensure_ascii=False, sort_keys=True)
    return f"{RECIPE}:{hashlib.sha256(said.encode()).hexdigest()}"


def text_digest(text: str) -> str:
    """Return the SHA-256 (hex) of a text that somebody wrote."""
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> str:
    """A date, a moment or an amount as text: the same in memory and from every database."""
    return value.astimezone(dt.UTC).isoformat() if isinstance(value, dt.datetime) else as_text(value)
