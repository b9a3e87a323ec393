"""The verbs of a case. Each is one transaction; nobody else writes cases."""

from casework.actions.decide import decide, send_back
from casework.actions.draft import (
    answer_supplement,
    attach_evidence,
    commitment_text,
    sign_commitment,
    submit,
    withdraw,
    withdraw_evidence,
)
from casework.actions.extend import extend_decision
from casework.actions.review import accept, claim, decline, recommend, release, request_supplement

__all__ = [
    "accept",
    "answer_supplement",
    "attach_evidence",
    "claim",
    "commitment_text",
    "decide",
    "decline",
    "extend_decision",
    "recommend",
    "release",
    "request_supplement",
    "send_back",
    "sign_commitment",
    "submit",
    "withdraw",
    "withdraw_evidence",
]
