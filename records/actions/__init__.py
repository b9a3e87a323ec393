"""The verbs of records: the only writers. Each runs inside its caller's transaction and locks the record itself."""

from records.actions.correction import correct, decide_proposal
from records.actions.ending import expire, remove_after_repair, revoke, set_objection_mark
from records.actions.registration import register
from records.actions.sweeping import bring_up_to_date, see_reminders

__all__ = [
    "bring_up_to_date",
    "correct",
    "decide_proposal",
    "expire",
    "register",
    "remove_after_repair",
    "revoke",
    "see_reminders",
    "set_objection_mark",
]
