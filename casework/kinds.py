"""What differs between the kinds of case. Everything else is the same code for all of them.

A room above (``repair``, ``objections``, ``deferrals``) describes its kind once and registers it when the project starts;
``casework`` never imports upwards.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from casework.models import Case, Decision, Evidence
from notices.models import Notice
from parties.models import User
from policy.eligibility import Condition
from policy.reasons import reasons_for
from policy.rulebook import RuleBook
from policy.verdict import YES, Verdict, no


@dataclass(frozen=True)
class DraftStep:
    """One line of the applicant's task list."""

    label: str
    url: str
    done: bool
    hint: str = ""


class CaseKind(ABC):
    """One kind of case: its names, its limits, its notices and what its verbs do to the record."""

    #: ``Case.Kind`` value.
    code: str
    #: First letters of a case number.
    number_prefix: str
    #: The child model.
    model: type[Case]
    #: Dotted names of the rules that limit acceptance and decision, in working days.
    accept_limit: str
    decide_limit: str
    #: Dotted names of the rules that say by how much and how often the decision's limit may be extended; empty: never.
    extension_limit: str = ""
    extension_times: str = ""
    #: Whether the decision's limit runs from acceptance or already from submission.
    decide_from_submission: bool = False
    #: The rule that a decision rests on: its basis is printed on the notice.
    decision_basis: str
    #: A second officer of the handling authority may decide as well as the lead office's approvers.
    peer_may_decide: bool = False
    #: The applicant signs a 信用承诺书 before handing in.
    needs_commitment: bool = True
    #: The rule that words the commitment letter.
    commitment_rule: str = "commitment.text"
    #: The lead office may accept as well as the determining authority.
    lead_may_accept: bool = False
    #: Outcomes of a decision, the favourable one first.
    outcomes: tuple[str, ...]
    #: What the applicant has to hand in.
    evidence_purpose: str = Evidence.Purpose.PERFORMANCE
    acceptance_notice: str = Notice.Kind.ACCEPTANCE

    @property
    @abstractmethod
    def flow(self) -> type:
        """The viewflow Flow that keeps the to-do list of this kind."""

    @abstractmethod
    def decision_notice(self, outcome: str) -> str:
        """Return the ``Notice.Kind`` of a decision."""

    @abstractmethod
    def apply_outcome(self, case: Case, actor: User, outcome: str, at) -> None:
        """Make the case's transition for ``outcome`` and do to the record what it orders, in this transaction."""

    def on_decided(self, case: Case, actor: User, decision: Decision) -> None:  # noqa: B027
        """What follows from a decision besides its outcome, in the same transaction; its row is written."""

    def can_submit(self, actor: User, case: Case) -> Verdict:
        """Return whether everything of this kind is there to be submitted."""
        return YES

    def can_recommend(self, actor: User, case: Case, outcome: str) -> Verdict:
        """Return whether this outcome can be recommended as the case stands."""
        return YES

    def on_accept(self, case: Case, actor: User) -> None:  # noqa: B027 - most kinds do nothing more
        """What acceptance does besides opening the clock."""

    def on_close(self, case: Case, actor: User | None) -> None:  # noqa: B027
        """What happens when a case ends without a decision (declined, withdrawn, ended)."""

    def notice_facts(self, case: Case, outcome: str = "") -> dict[str, Any]:
        """Return the facts of this kind that its notices print."""
        return {}

    def rules_of_decision(self, case: Case, book: RuleBook) -> list[int | None]:
        """Return the ids of the rules that a decision rests on besides :attr:`decision_basis`."""
        return []

    @abstractmethod
    def steps(self, case: Case) -> list["DraftStep"]:
        """Return the steps of the applicant's task list, in order."""

    def submission_problems(self, case: Case) -> list[str]:
        """Return what is still missing before the case can be handed in."""
        return []

    @abstractmethod
    def answers(self, case: Case) -> list[tuple[str, str]]:
        """Return what the applicant stated, as (label, value) pairs in the page's language."""

    @abstractmethod
    def review_form(self, *args, **kwargs):
        """Return the officer's form of a recommendation."""

    def review_initial(self, case: Case) -> dict[str, Any]:
        """Return what the officer's form of a recommendation starts with."""
        return {}

    def recommend(self, actor: User, case: Case, cleaned: dict[str, Any], version: int | None) -> None:
        """Carry out a recommendation from the cleaned form."""
        from casework import actions

        actions.recommend(
            actor, case, cleaned["outcome"], cleaned["opinion"], cleaned.get("codes") or [], version=version
        )

    @property
    def refusal_verb(self) -> str:
        """The verb under which the reasons of an unfavourable outcome are listed."""
        return "dismiss" if self.code == Case.Kind.OBJECTION else "refuse"

    def reason_verb(self, verb: str, outcome: str = "") -> str:
        """Return the verb whose coded reasons this step needs, or an empty text when it needs none."""
        if verb in ("decline", "request_supplement"):
            return verb
        if verb in ("recommend", "decide") and outcome and not self.is_favourable(outcome):
            return self.refusal_verb
        return ""

    def reason_codes(self, verb: str) -> set[str]:
        """Return the coded reasons that may be given with a verb."""
        return {reason.code for reason in reasons_for(verb, self.code)}

    def can_give_reasons(self, verb: str, codes: Iterable[str], outcome: str = "") -> Verdict:
        """Return whether a step may go with these coded reasons: where it needs any, one at least, and all its own."""
        reasons = self.reason_verb(verb, outcome)
        known = self.reason_codes(reasons) if reasons else set()
        if not reasons or (codes and known.issuperset(codes)):
            return YES
        return no("codes", _("codes 至少一项，应取自：%(codes)s。") % {"codes": " / ".join(sorted(known))})

    def outcome_label(self, outcome: str) -> str:
        return str(Case.Status(outcome).label)

    def checklist(self, case: Case) -> list[Condition]:
        """Return what the officer has to find fulfilled, ticked as far as the system can tell."""
        return []

    def findings(self, case: Case) -> list[str]:
        """Return the sentences that say what was checked, for the notice of a decision."""
        return []

    def is_favourable(self, outcome: str) -> bool:
        """The outcome that takes something away from the public: both people must want it."""
        return outcome == self.outcomes[0]


_kinds: dict[str, CaseKind] = {}


def register(kind: CaseKind) -> None:
    """Make a kind known; called by the room's ``AppConfig.ready``."""
    _kinds[kind.code] = kind


def kind_of(case: Case) -> CaseKind:
    """Return the description of this case's kind."""
    return _kinds[case.kind]


def all_kinds() -> list[CaseKind]:
    return list(_kinds.values())


def specific(case: models.Model) -> Case:
    """Return the case as its own child model (``RepairApplication``, ``Objection``, ``Deferral``)."""
    model = kind_of(case).model
    return case if isinstance(case, model) else model.objects.get(pk=case.pk)
