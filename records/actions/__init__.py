"""The verbs of records: the only writers. Each locks the record itself.

Those of registration, correction and ending run inside their caller's transaction; those of explanations, upstream
changes and the sweep are transactions of their own.
"""

from records.actions.correction import correct, decide_proposal
from records.actions.deferring import defer
from records.actions.ending import expire, remove_after_repair, revoke, set_objection_mark
from records.actions.explaining import decline_explanation, explain, show_explanation, withdraw_explanation
from records.actions.identity import apply_correction
from records.actions.registration import register, register_all
from records.actions.reminding import note_corrected, remind_first
from records.actions.sweeping import bring_up_to_date, see_reminders
from records.actions.teaching import forget, teach
from records.actions.undo import go_on_undoing, start_undo
from records.actions.upstream import confirm_change, dismiss_change, report_change

__all__ = [
    "apply_correction",
    "bring_up_to_date",
    "confirm_change",
    "correct",
    "decide_proposal",
    "decline_explanation",
    "defer",
    "dismiss_change",
    "expire",
    "explain",
    "forget",
    "go_on_undoing",
    "note_corrected",
    "register",
    "register_all",
    "remind_first",
    "remove_after_repair",
    "report_change",
    "revoke",
    "see_reminders",
    "set_objection_mark",
    "show_explanation",
    "start_undo",
    "teach",
    "withdraw_explanation",
]
