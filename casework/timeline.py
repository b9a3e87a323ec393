"""What happened in a case, told from the journal: every step, who, when, under which rule."""

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from casework.models import Case
from journal.models import Entry
from notices.models import Notice
from parties.models import User
from policy.dates import say


def _titles() -> dict[str, str]:
    return {
        "start": _("开始填写"),
        "submit": _("提交"),
        "accept": _("受理"),
        "decline": _("不予受理"),
        "request_supplement": _("要求补正"),
        "answer_supplement": _("补正完成"),
        "recommend": _("初审完成，送复核"),
        "extend_decision": _("延长办理期限"),
        "send_back": _("退回初审"),
        "decide": _("作出决定"),
        "withdraw": _("申请人撤回"),
        "end": _("信息不再公示或使用，终止办理"),
        "claim": _("接手办理"),
        "release": _("放回待办"),
        "verify": _("记录核实结果"),
        "deadline_moved": _("放假安排公布，期限重算"),
        "deadline_confirmed": _("放假安排公布，期限不再暂定"),
    }


#: What an applicant is shown; the rest is the office's inner work.
PUBLIC_VERBS = {
    "submit",
    "accept",
    "decline",
    "request_supplement",
    "answer_supplement",
    "recommend",
    "extend_decision",
    "decide",
    "withdraw",
    "end",
    "deadline_moved",
    "deadline_confirmed",
}


def steps(case: Case, viewer: User | None = None) -> list[dict[str, Any]]:
    """Return the steps of a case, oldest first, as ``parts/timeline.html`` wants them.

    Takes the case and who looks: an officer or auditor sees every step with names and opinions, the applicant and
    the public progress page (``viewer=None``) see the steps and the offices.
    """
    inner = viewer is not None and viewer.works_here
    titles = _titles()
    notices = {notice.number: notice for notice in Notice.objects.filter(thing_type="casework.case", thing_id=case.pk)}
    opinions = dict(case.reviews.values_list("pk", "opinion")) if inner else {}
    lines = []
    for entry in Entry.objects.filter(thing_type="casework.case", thing_id=str(case.pk)).order_by("sequence"):
        verb = entry.verb.rsplit(".", 1)[-1]
        if verb not in titles or (not inner and verb not in PUBLIC_VERBS):
            continue
        line: dict[str, Any] = {
            "title": titles[verb],
            "at": entry.at,
            "who": entry.actor_name if inner else "",
            "state": "done",
        }
        if verb == "decide":
            line["title"] = _("作出决定：%(outcome)s") % {"outcome": Case.Status(entry.data["outcome"]).label}
        if verb == "extend_decision":
            line["title"] = _("办结期限由 %(old)s 延长到 %(new)s") % _days_of(entry)
        if verb == "deadline_moved":
            line["text"] = _("由 %(old)s 改为 %(new)s") % _days_of(entry)
        if verb == "deadline_confirmed":
            line["text"] = say(date.fromisoformat(entry.data["new"]))
            if entry.data["provisional"]:
                line["title"] = _("放假安排撤回，期限改为暂定")
        if entry.data.get("review") in opinions:
            line["text"] = opinions[entry.data["review"]]
        if inner and entry.data.get("taken_from"):
            line["text"] = _("原由%(name)s办理") % {"name": entry.data["taken_from"]}
        notice = notices.get(entry.data.get("notice", ""))
        if notice and viewer is not None:
            line["text"] = f"{notice.title} {notice.number}"
            line["href"] = reverse("notices:detail", args=[notice.number])
            line["link"] = _("打开文书")
        lines.append(line)
    return lines


def _days_of(entry: Entry) -> dict[str, str]:
    return {name: say(date.fromisoformat(entry.data[name])) for name in ("old", "new")}
