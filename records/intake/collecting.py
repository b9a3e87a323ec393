"""What may not be collected at all (不予归集): 山东省社会信用条例 第十三条, as the rules of the day have it.

Whether it holds is a rule (``intake.*_collected``); here is only how a row shows that it is such a matter.
"""

import re

from django.utils import timezone
from django.utils.translation import gettext as _

from policy.facts import RecordFacts
from policy.publicity import MINOR, classify
from policy.rulebook import RuleBook, RuleValue
from records.canonical import CanonicalRecord, Reason
from records.intake.aliases import label_of

SUMMARY = "intake.summary_procedure_collected"
CORRECTED = "intake.corrected_minor_collected"
#: 简罚, 当罚, 当处 in the number; 当场处罚, 简易程序 in the number, the category or the decision itself.
_SUMMARY_NUMBER = re.compile(r"简[易]?[程序]*[字]?[罚处]|简[易式]|当场|当[罚处]")
_SUMMARY_TEXT = re.compile(r"简易程序|当场(?:行政)?处罚|当场作出")
#: A decision not to punish: what 行政处罚法 第三十三条 provides for what is minor and was put right in time.
_UNPUNISHED = re.compile(r"不予(?:行政)?处(?:罚|[字〔(（\[【])|免[予于除](?:行政)?处罚|首违不罚|轻微(?:不罚|免罚)")
_IN_TIME = re.compile(
    r"主动(?:消除|减轻|改正|纠正|整改)|及时(?:改正|纠正|整改|消除)"
    r"|(?:危害|不良|违法)(?:后果|影响)(?:均?已经?|得到)(?:消除|减轻)"
)
#: Said by the decision itself it was before it; in a remark (已整改) it may well have been afterwards.
_BY_NOW = re.compile(r"已经?(?:自行|全部|按要求|予以|完成)*(?:改正|纠正|整改|消除)")
#: Before such words in the same clause: it was ordered, or did not happen.
_NOT_DONE = re.compile(r"责令|限期|要求|应|[未没拒不]")
_CLAUSE = re.compile(r"[，,。；;：:！!？?、\s]")


def not_collected(draft: CanonicalRecord) -> list[Reason]:
    """Return why a row is of a kind that is not collected, with the article; empty if it may be."""
    return [*_summary(draft), *_corrected(draft)]


def _forbidden(key: str, draft: CanonicalRecord) -> RuleValue | None:
    """Return the rule that forbids collecting; ``None`` where there is none, or it allows it."""
    rule = _book().find(key, draft.sector)
    return rule if rule is not None and not rule.value else None


def _book() -> RuleBook:
    return RuleBook.load(timezone.localdate())


def _summary(draft: CanonicalRecord) -> list[Reason]:
    number = _SUMMARY_NUMBER.search(draft.document_number)
    text = f"{draft.procedure}\n{draft.category}\n{draft.content}\n{draft.remark}"
    if not number and not _SUMMARY_TEXT.search(text) and not draft.procedure.startswith("简易"):
        return []
    rule = _forbidden(SUMMARY, draft)
    if rule is None:
        return []
    return [
        Reason(
            "summary_procedure",
            _("这是按简易程序（当场）作出的处罚，依法不归集。"),
            "document_number" if number else "procedure",
            _("不需要补救，请从报送文件中删去这一行；如果是普通程序作出的，请更正文号或程序一栏。"),
            str(rule.basis),
        )
    ]


def _corrected(draft: CanonicalRecord) -> list[Reason]:
    unpunished, put_right = _unpunished(draft), _says_put_right(draft)
    if not unpunished and not (put_right and _is_minor(draft)):
        return []
    rule = _forbidden(CORRECTED, draft)
    if rule is None:
        return []
    if unpunished:
        return [
            Reason(
                "not_punished",
                _("这是不予行政处罚的决定（违法行为轻微并已改正），依法不归集。"),
                unpunished,
                _("不需要补救，请从报送文件中删去这一行；如果实际作出了处罚，请更正“%(label)s”一栏。")
                % {"label": label_of(unpunished)},
                str(rule.basis),
            )
        ]
    return [
        Reason(
            "corrected_minor",
            _("这是轻微且已主动改正、消除危害的处罚，依法不归集。"),
            put_right,
            _("不需要补救，请从报送文件中删去这一行；如果危害并未消除，请更正“%(label)s”一栏的写法。")
            % {"label": label_of(put_right)},
            str(rule.basis),
        )
    ]


def _unpunished(draft: CanonicalRecord) -> str:
    """Return the field that says that nobody was punished, or an empty text. A fine beside it says the contrary."""
    if draft.fine_amount or draft.confiscated_amount:
        return ""
    names = ["document_number", "category"]
    if not draft.category or _UNPUNISHED.search(draft.category):
        names.append("content")
    return next((name for name in names if _UNPUNISHED.search(getattr(draft, name))), "")


def _says_put_right(draft: CanonicalRecord) -> str:
    """Return the field that tells that it was put right (not that this was ordered or refused), or an empty text."""
    places = (
        ("content", _BY_NOW),
        ("facts", _BY_NOW),
        ("content", _IN_TIME),
        ("facts", _IN_TIME),
        ("remark", _IN_TIME),
    )
    for name, pattern in places:
        text = getattr(draft, name)
        for found in pattern.finditer(text):
            if not _NOT_DONE.search(_CLAUSE.split(text[: found.start()])[-1]):
                return name
    return ""


def _is_minor(draft: CanonicalRecord) -> bool:
    """Whether the rules make it a minor matter, or the authority does."""
    if draft.minor_declared or draft.decision_date is None:
        return draft.minor_declared
    facts = RecordFacts(
        decision_date=draft.decision_date,
        categories=draft.categories,
        content=draft.content,
        fine_amount=draft.fine_amount,
        is_person=bool(draft.identity_number and not draft.subject_code),
        sector=draft.sector,
        serious_list=draft.serious_list,
        conduct_ended=draft.conduct_ended,
    )
    return classify(facts, _book()).severity == MINOR
