"""How serious a record is (失信程度) and how long it is publicised (公示期). Pure, with reasons."""

import datetime as dt
import re
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from policy.dates import say_short
from policy.explanation import Explanation
from policy.facts import RecordFacts
from policy.rulebook import RuleBook, RuleValue
from policy.verdict import Because
from policy.workdays import add_months

MINOR, GENERAL, SERIOUS = "minor", "general", "serious"
RANK = {MINOR: 0, GENERAL: 1, SERIOUS: 2}


@dataclass(frozen=True)
class Classification:
    """The class of a record: ``severity`` is minor, general or serious."""

    severity: str
    because: list[Because]
    rule_ids: list[int]


@dataclass(frozen=True)
class Window:
    """The publicity window.

    ``start`` and ``until`` (the last day; it stops by itself the day after) are None when it is not publicised;
    ``earliest_application`` is the first day on which a repair may be applied for.
    """

    publicised: bool
    start: dt.date | None
    earliest_application: dt.date
    until: dt.date | None
    because: list[Because]
    rule_ids: list[int]
    #: The last day on which anybody may be shown it, also on an authorised query (the provincial cap); None: no cap.
    disclosed_until: dt.date | None = None


def classify(facts: RecordFacts, book: RuleBook) -> Classification:
    """Return the class of a record under the book's rules (36号令, 失信信息的分类标准).

    Several penalties in one decision: the one with the longest publicity period governs, which is the heaviest one
    as long as nobody edits the periods otherwise (58号令). What is neither minor nor serious is general.
    """
    why = Explanation(book, facts.sector)
    transition = why.govern(facts.decision_date, "classify.general.rest")
    categories = _categories(facts, why)
    severity = _serious(facts, categories, why) or _minor(facts, categories, why)
    if severity is None:
        severity = GENERAL
        why.says(
            _("处罚（%(categories)s）既不属于轻微也不属于严重，为一般失信信息。")
            % {"categories": "、".join(categories) or _("未写明类别")},
            why.rule("classify.general.rest"),
        )
    if len(categories) > 1:
        severity = _several(facts, categories, severity, why)
    if transition is not None:
        why.says(_transition_text(transition, why.book is not book), transition)
    return Classification(severity, why.because, why.rule_ids)


def publicity_window(facts: RecordFacts, severity: str, book: RuleBook) -> Window:
    """Return when a record of that class is publicised and from when a repair may be applied for.

    The clock starts on the day of the decision (36号令). Months end on the corresponding day, or on the month's
    last day (民法典 Art. 202). The provincial cap counts from the end of the conduct, where that is known.
    """
    why = Explanation(book, facts.sector)
    transition = why.govern(facts.decision_date, f"publicity.{severity}.minimum_months")
    minimum = why.rule(f"publicity.{severity}.minimum_months")
    start = facts.decision_date
    earliest = add_months(start, minimum.value)
    if minimum.value:
        why.says(
            _("最短公示期 %(months)s 个月，自决定之日（%(start)s）起算，%(day)s 起可以申请修复。")
            % {"months": minimum.value, "start": say_short(start), "day": say_short(earliest)},
            minimum,
        )
    else:
        why.says(_("没有最短公示期：履行完义务就可以申请修复。"), minimum)
    until = _last_day(facts, severity, why) if _publicised(facts, severity, why) else None
    if transition is not None:
        why.says(_transition_text(transition, why.book is not book), transition)
    disclosed = until or _disclosed_until(facts, why)
    if until is not None and until < start:
        why.says(_("披露期限在决定作出前已经届满，不公示。"))
        return Window(False, None, earliest, None, why.because, why.rule_ids, disclosed)
    if until is not None and earliest > until:
        earliest = until
    return Window(until is not None, start if until else None, earliest, until, why.because, why.rule_ids, disclosed)


def essence(facts: RecordFacts) -> RecordFacts:
    """Return the facts without what changes no answer here: equal essences have equal classes and windows.

    The text of a decision is read only where no category is given.
    """
    return replace(facts, content="") if _written(facts) else facts


def _written(facts: RecordFacts) -> list[str]:
    """Return the penalties of a decision as its categories name them, one by one, each once."""
    given = [part.strip() for text in facts.categories for part in re.split(r"[;；、,，|/\s]+", text)]
    return [part for part in dict.fromkeys(given) if part]


def _categories(facts: RecordFacts, why: Explanation) -> list[str]:
    """Return the penalties of a decision, one by one; read from its content where no category was given."""
    given = _written(facts)
    if given:
        return given
    known = why.rule("classify.known_categories")
    found = [word for word in known.value if word in facts.content]
    if found:
        why.says(_("没有填写处罚类别，从处罚内容读出：%(categories)s。") % {"categories": "、".join(found)}, known)
    return found


def _several(facts: RecordFacts, categories: list[str], severity: str, why: Explanation) -> str:
    """Return the class that governs a decision with several penalties, and say so."""
    rule = why.rule("classify.several")
    if rule.value != "longest" or facts.serious_list or severity == MINOR:
        why.says(_("同一决定有多种处罚，按最重的一种确定。"), rule)
        return severity
    serious, minor = (why.rule(f"classify.{name}.categories").value for name in (SERIOUS, MINOR))
    classes = {severity}
    for category in categories:
        if any(term in category for term in serious):
            classes.add(SERIOUS)
        else:
            classes.add(MINOR if any(term in category for term in minor) else GENERAL)
    longest = max(classes, key=lambda name: (*_length(name, why), RANK[name]))
    why.says(_("同一决定有多种处罚，按公示期最长（最重）的一种确定。"), rule)
    if longest != severity:
        why.says(_("按现行期限，其中公示期最长的一类不是最重的一类，从其最长。"), rule)
    return longest


def _length(severity: str, why: Explanation) -> tuple[int, int]:
    """Return the longest and the shortest publicity of a class in months, 0 where it is not publicised."""
    shown = why.book.find(f"publicity.{severity}.publicised", why.sector)
    if shown is None or not shown.value:
        return 0, 0
    found = [why.book.find(f"publicity.{severity}.{end}_months", why.sector) for end in ("maximum", "minimum")]
    return tuple(int(rule.value) if rule else 0 for rule in found)


def _serious(facts: RecordFacts, categories: list[str], why: Explanation) -> str | None:
    if facts.serious_list:
        why.says(_("已列入严重失信主体名单，为严重失信信息。"), why.rule("classify.serious.list"))
        return SERIOUS
    terms = why.rule("classify.serious.categories")
    hits = [category for category in categories if any(term in category for term in terms.value)]
    if hits:
        why.says(_("处罚中有“%(category)s”，为严重失信信息。") % {"category": "”“".join(hits)}, terms)
        return SERIOUS
    threshold = why.book.find("classify.serious.fine_from", facts.sector)
    if threshold is not None and facts.fine_amount is not None and facts.fine_amount >= threshold.value:
        why.says(
            _("罚款 %(fine)s 元，达到巨额罚款的标准（%(threshold)s 元），为严重失信信息。")
            % {"fine": _money(facts.fine_amount), "threshold": _money(threshold.value)},
            why.rule("classify.serious.fine_from"),
        )
        return SERIOUS
    return None


def _minor(facts: RecordFacts, categories: list[str], why: Explanation) -> str | None:
    if facts.minor_declared:
        why.says(_("认定单位按本领域标准认定为轻微失信信息。"), why.rule("classify.minor.declared"))
        return MINOR
    if facts.summary_procedure and _within_summary_procedure(facts, why):
        why.says(_("适用简易程序作出的处罚，为轻微失信信息。"), why.rule("classify.minor.summary_procedure"))
        return MINOR
    terms = why.rule("classify.minor.categories")
    only_minor = categories and all(any(term in category for term in terms.value) for category in categories)
    if only_minor and not facts.fine_amount:
        why.says(_("仅有%(categories)s，为轻微失信信息。") % {"categories": "、".join(categories)}, terms)
        return MINOR
    return None


def _within_summary_procedure(facts: RecordFacts, why: Explanation) -> bool:
    who = "person" if facts.is_person else "entity"
    ceiling = why.rule(f"classify.summary.fine_{who}_up_to")
    if facts.fine_amount is None or facts.fine_amount <= ceiling.value:
        return True
    why.says(
        _("标为简易程序，但罚款 %(fine)s 元超过简易程序的上限 %(ceiling)s 元，不按轻微处理。")
        % {"fine": _money(facts.fine_amount), "ceiling": _money(ceiling.value)},
        ceiling,
    )
    return False


def _publicised(facts: RecordFacts, severity: str, why: Explanation) -> bool:
    if facts.is_person:
        persons = why.rule("publicity.persons.publicised")
        # Promise 9: whatever a rule says, natural persons are never published.
        why.says(_("自然人的信息不公示。"), persons)
        return False
    rule = why.rule(f"publicity.{severity}.publicised")
    if not rule.value:
        why.says(_("轻微失信信息原则上不公示。") if severity == MINOR else _("这一类信息不公示。"), rule)
        return False
    withheld = f"publicity.{severity}.unpublicised_categories"
    if why.book.find(withheld, facts.sector) and not facts.fine_amount:
        terms, given = why.rule(withheld), _written(facts)
        if given and all(any(term in category for term in terms.value) for category in given):
            why.says(_("仅有%(categories)s，不公示。") % {"categories": "、".join(given)}, terms)
            return False
    return True


def _last_day(facts: RecordFacts, severity: str, why: Explanation) -> dt.date:
    maximum = why.rule(f"publicity.{severity}.maximum_months")
    until = add_months(facts.decision_date, maximum.value)
    why.says(
        _("最长公示期 %(months)s 个月，公示到 %(day)s 为止，期满自动停止。")
        % {"months": maximum.value, "day": say_short(until)},
        maximum,
    )
    cap = why.book.find("publicity.province_cap_years", facts.sector)
    if cap is None or facts.conduct_ended is None:
        return until
    capped = add_months(facts.conduct_ended, 12 * cap.value)
    if capped < until:
        why.says(
            _("失信行为终止于 %(ended)s，披露不超过 %(years)s 年，所以到 %(day)s 为止。")
            % {"ended": say_short(facts.conduct_ended), "years": cap.value, "day": say_short(capped)},
            why.rule("publicity.province_cap_years"),
        )
        return capped
    return until


def _disclosed_until(facts: RecordFacts, why: Explanation) -> dt.date | None:
    """Return the last day on which a record that is not publicised may be shown on an authorised query.

    Where the decision does not say when the conduct ended, the five years run from the decision: conduct that is
    punished has ended, or is told to end, by then [I].
    """
    if why.book.find("publicity.province_cap_years", facts.sector) is None:
        return None
    cap = why.rule("publicity.province_cap_years")
    until = add_months(facts.conduct_ended or facts.decision_date, 12 * cap.value)
    sentence = (
        _("不公示；经授权查询也不超过失信行为终止后 %(years)s 年，最晚到 %(day)s。")
        if facts.conduct_ended
        else _("不公示；经授权查询也不超过 %(years)s 年，最晚到 %(day)s（行为终了日期未写明，从决定之日算）。")
    )
    why.says(sentence % {"years": cap.value, "day": say_short(until)}, cap)
    return until


def _transition_text(transition: RuleValue, old_rules_used: bool) -> str:
    if old_rules_used:
        return _("这一决定作出于现行办法施行之前，按本系统的设定适用决定当日的规定。")
    return _("这一决定作出于现行办法施行之前；没有查到过渡规定，按现行规定计算，请以认定单位的口径为准。")


def _money(amount) -> str:
    return f"{amount:,.2f}".removesuffix(".00")
