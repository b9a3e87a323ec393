"""One function a promise: each walks its rows and yields what is broken. They read, they never repair."""

from collections.abc import Callable, Iterator
from itertools import islice

from django.core.files.storage import default_storage
from django.db.models import CharField, Count, Exists, F, Max, OuterRef, Q
from django.db.models.functions import Cast
from django.utils.translation import gettext as _
from viewflow.workflow.models import Task

from casework.actions.ending import ENDS
from casework.flow import STEP_OF_STATUS
from casework.kinds import all_kinds, kind_of
from casework.models import Case, Commitment, Decision, Evidence, Review
from casework.todo import OPEN
from config.invariants.broken import Broken
from config.invariants.broken import row as _row
from config.invariants.deliveries import every_platform_told
from config.invariants.extensions import limits_extended
from config.invariants.findings import findings_by_two
from config.invariants.intake import identities_checked, undone_imports
from config.invariants.life import LIFE
from config.invariants.papers import notices_as_issued
from exchange.models import Delivery, OutboundEvent, Receipt
from journal.models import Entry
from journal.reading import verify as verify_chain
from notices.models import Notice, NumberCounter
from notices.storage import StoredFileError
from notices.storage import read as read_notice
from parties.models import Subject
from records.actions.listing import known_pairs
from records.models import AdverseRecord, QueryRecord, UpstreamChange
from records.search.names import names_of, whole

Check = Callable[[], Iterator[Broken]]


def two_people() -> Iterator[Broken]:
    """Every decision has a preparer and an approver who differ from each other and from the applicant's people."""
    for decision in Decision.objects.select_related("case").filter(
        Q(prepared_by=F("approved_by")) | Q(prepared_by=F("applicant")) | Q(approved_by=F("applicant"))
    ):
        yield Broken("two_people", _row(decision.case), _("同一个人出现在决定的两个位置上。"))
    for case in Case.objects.filter(status__in=Case.DECIDED, decision=None):
        yield Broken("two_people", _row(case), _("办件已决定，却没有决定记录。"))
    for decision in Decision.objects.select_related("case"):
        if decision.outcome != decision.case.status:
            yield Broken("two_people", _row(decision.case), _("决定记录与办件状态不一致。"))
        last = decision.case.reviews.filter(stage=Review.Stage.FIRST).order_by("-reviewed_at", "-id").first()
        if last is None or last.reviewer_id != decision.prepared_by_id:
            yield Broken("two_people", _row(decision.case), _("初审人与最后一次初审意见的人不一致。"))


def notices_issued() -> Iterator[Broken]:
    """Every step that must be told in writing has its notice."""
    for case in Case.objects.exclude(status__in=[Case.Status.DRAFT, Case.Status.WITHDRAWN]).iterator():
        kinds = set(
            Notice.objects.filter(thing_type="casework.case", thing_id=str(case.pk)).values_list("kind", flat=True)
        )
        kind = kind_of(case)
        if case.accepted_at and kind.acceptance_notice not in kinds:
            yield Broken("notice", _row(case), _("已受理，却没有受理通知书。"))
        if case.status == Case.Status.DECLINED and Notice.Kind.DECLINE not in kinds:
            yield Broken("notice", _row(case), _("不予受理，却没有通知书。"))
        if case.status == Case.Status.ENDED and Notice.Kind.CASE_ENDED not in kinds:
            yield Broken("notice", _row(case), _("已终止办理，却没有通知书。"))
        if case.status in Case.DECIDED and kind.decision_notice(case.status) not in kinds:
            yield Broken("notice", _row(case), _("已决定，却没有决定文书。"))
        asked = case.supplements.count()
        if asked and Notice.Kind.SUPPLEMENT not in kinds:
            yield Broken("notice", _row(case), _("要求过补正，却没有补正通知书。"))
    letters = {Notice.Kind.ADVERSE_RECORD, Notice.Kind.REPAIR_GUIDANCE}
    for record in AdverseRecord.objects.iterator():
        sent = set(
            Notice.objects.filter(thing_type="records.adverserecord", thing_id=str(record.pk)).values_list(
                "kind", flat=True
            )
        )
        if letters - sent:
            yield Broken("notice", _row(record), _("两书没有同时送达：缺少告知书。"))


def numbers_gapless() -> Iterator[Broken]:
    """Notice numbers have no gaps and agree with their counter."""
    rows = Notice.objects.values("series", "year").annotate(count=Count("id"), last=Max("serial"))
    counters = {(c.series, c.year): c.last for c in NumberCounter.objects.all()}
    for row in rows:
        key = (row["series"], row["year"])
        name = f"notices.numbercounter/{key[0]}〔{key[1]}〕"
        if row["count"] != row["last"]:
            yield Broken("numbers", name, _("文号有空缺：共%(count)s份，最后序号%(last)s。") % row)
        if counters.get(key) != row["last"]:
            yield Broken("numbers", name, _("文号计数与最后一份文书不一致。"))


def notice_files() -> Iterator[Broken]:
    """A rendered notice has its file, and the file is the one that was issued."""
    for notice in Notice.objects.filter(rendering=Notice.Rendering.RENDERED).iterator():
        try:
            read_notice(notice)
        except StoredFileError:
            yield Broken("notice_file", _row(notice), _("文书文件不见了，或与签发时不一致。"))


def evidence_files() -> Iterator[Broken]:
    """Every piece of evidence is still there."""
    for item in Evidence.objects.iterator():
        if not default_storage.exists(item.file.name):
            yield Broken("evidence_file", _row(item), _("证明材料文件不见了。"))


def events_emitted() -> Iterator[Broken]:
    """What left publicity was told to the platforms, once and in order, and a repaired record is really removed."""
    ended = {
        AdverseRecord.Status.REPAIRED: OutboundEvent.Type.REMOVED,
        AdverseRecord.Status.REVOKED: OutboundEvent.Type.REVOKED,
    }
    for status, kind in ended.items():
        told = OutboundEvent.objects.filter(subject=OuterRef("public_id"), type=kind)
        for record in AdverseRecord.objects.filter(status=status).filter(~Exists(told)).iterator():
            yield Broken("event", _row(record), _("信息已终止公示，却没有通知平台的事件。"))
    published = OutboundEvent.objects.filter(subject=OuterRef("public_id"), type=OutboundEvent.Type.PUBLISHED)
    for record in AdverseRecord.objects.filter(status=AdverseRecord.Status.PUBLICISED).filter(~Exists(published)):
        yield Broken("event", _row(record), _("信息在公示，却没有公示事件。"))
    for case in Case.objects.filter(status=Case.Status.APPROVED).select_related("record").iterator():
        if case.record.status in AdverseRecord.LIVE:
            yield Broken("event", _row(case), _("已准予修复，信息却仍在公示。"))
    rows = OutboundEvent.objects.values("subject").annotate(count=Count("id"), last=Max("sequence"))
    for row in rows.filter(~Q(count=F("last"))):
        yield Broken("event", f"exchange.outboundevent/{row['subject']}", _("事件序号不连续。"))
    for delivery in Delivery.objects.filter(status=Delivery.Status.CONFIRMED, receipt=None):
        yield Broken("event", _row(delivery), _("投递标为已确认，却没有回执。"))
    for receipt in Receipt.objects.exclude(delivery__status=Delivery.Status.CONFIRMED):
        yield Broken("event", _row(receipt), _("有回执，投递却没有标为已确认。"))


def objection_marks() -> Iterator[Broken]:
    """A record is marked exactly while an accepted objection to it is open."""
    open_objections = Case.objects.filter(
        record=OuterRef("pk"), kind=Case.Kind.OBJECTION, status__in=[Case.Status.ACCEPTED, Case.Status.RECOMMENDED]
    )
    for record in AdverseRecord.objects.filter(objection_marked=True).filter(~Exists(open_objections)):
        yield Broken("objection_mark", _row(record), _("没有正在处理的异议，却标注了异议。"))
    for record in AdverseRecord.objects.filter(objection_marked=False, status__in=AdverseRecord.LIVE).filter(
        Exists(open_objections)
    ):
        yield Broken("objection_mark", _row(record), _("异议已受理，却没有标注。"))


def flow_agrees() -> Iterator[Broken]:
    """The to-do list and the state say the same: one open task, of the step that the status names, or none."""
    open_tasks: dict[int, list[str]] = {}
    for task in Task.objects.filter(status__in=OPEN, flow_task_type="HUMAN").iterator():
        name = task.flow_task.name if task.flow_task else "?"
        open_tasks.setdefault(task.process_id, []).append(name)
    for case in Case.objects.iterator():
        expected = STEP_OF_STATUS.get(case.status)
        found = open_tasks.pop(case.process_id, []) if case.process_id else []
        if found != ([expected] if expected else []):
            yield Broken(
                "flow",
                _row(case),
                _("状态是“%(status)s”，待办却是：%(found)s。")
                % {"status": case.get_status_display(), "found": "、".join(found) or _("无")},
            )
    for process_id, names in open_tasks.items():
        yield Broken(
            "flow", f"viewflow.process/{process_id}", _("待办没有对应的办件：%(names)s") % {"names": "、".join(names)}
        )


def journal_chain() -> Iterator[Broken]:
    """The journal is whole, and every case and every decision stands in it."""
    result = verify_chain()
    if not result.ok:
        text = _("日志链从这一行起断开：%(what)s") % {"what": result.what}
        yield Broken("journal", f"journal.entry/{result.sequence}", text)
    told = Entry.objects.filter(thing_type="casework.case")
    decided = set(told.filter(verb__endswith=".decide").values_list("thing_id", flat=True))
    handed_in = set(told.filter(verb__endswith=".submit").values_list("thing_id", flat=True))
    for case in Case.objects.exclude(number=None).iterator():
        if str(case.pk) not in handed_in:
            yield Broken("journal", _row(case), _("办件已提交，日志里却没有。"))
        if case.status in Case.DECIDED and str(case.pk) not in decided:
            yield Broken("journal", _row(case), _("办件已决定，日志里却没有。"))


def persons_never_published() -> Iterator[Broken]:
    """Natural persons are never published (山东省社会信用条例 第二十条)."""
    people = AdverseRecord.objects.filter(subject__kind=Subject.Kind.PERSON)
    for record in people.filter(status=AdverseRecord.Status.PUBLICISED):
        yield Broken("person", _row(record), _("自然人的信息被公示。"))
    told = OutboundEvent.objects.filter(subject__in=people.values("public_id"), type=OutboundEvent.Type.PUBLISHED)
    for event in told:
        yield Broken("person", _row(event), _("自然人的信息被发给平台公示。"))


def commitments_signed() -> Iterator[Broken]:
    """Every case that was handed in carries a signed commitment, where its kind asks for one."""
    signed = Commitment.objects.filter(case=OuterRef("pk"))
    asked = [kind.code for kind in all_kinds() if kind.needs_commitment]
    for case in Case.objects.exclude(number=None).filter(~Exists(signed), kind__in=asked):
        yield Broken("commitment", _row(case), _("办件已提交，却没有信用承诺书。"))


def deferrals_granted() -> Iterator[Broken]:
    """A record is deferred exactly by a granted deferral, and no platform was told to show it meanwhile."""
    granted = Case.objects.filter(record=OuterRef("pk"), kind=Case.Kind.DEFERRAL, status=Case.Status.GRANTED)
    deferred = AdverseRecord.objects.filter(status=AdverseRecord.Status.DEFERRED)
    for record in deferred.filter(~Exists(granted)):
        yield Broken("deferral", _row(record), _("信息在延期中，却没有准予延期的决定。"))
    showing = (OutboundEvent.Type.PUBLISHED, OutboundEvent.Type.REMOVED)
    for record in deferred.iterator():
        last = OutboundEvent.objects.filter(subject=record.public_id, type__in=showing).order_by("-id").first()
        if last is not None and last.type == OutboundEvent.Type.PUBLISHED:
            yield Broken("deferral", _row(record), _("信息在延期中，平台却没有收到撤下的通知。"))


def cases_have_a_record() -> Iterator[Broken]:
    """No case goes on about a record that has left it nothing to decide; none was ended while its record lives."""
    for status, kinds in ENDS.items():
        left = Case.objects.filter(status__in=Case.OPEN, kind__in=kinds, record__status=status)
        for case in left.select_related("record").iterator():
            yield Broken(
                "case",
                _row(case),
                _("信息%(status)s，办件却还在办理。") % {"status": case.record.get_status_display()},
            )
    for case in Case.objects.filter(status=Case.Status.ENDED, record__status__in=AdverseRecord.LIVE).iterator():
        yield Broken("case", _row(case), _("办件已终止办理，信息却仍然有效。"))


def letters_after_registration() -> Iterator[Broken]:
    """Who left publicity by time, or whose record was changed upstream, was told in writing."""
    told = Notice.objects.filter(thing_type="records.adverserecord", thing_id=Cast(OuterRef("pk"), CharField()))
    shown = OutboundEvent.objects.filter(subject=OuterRef("public_id"), type=OutboundEvent.Type.REMOVED)
    shown = shown.filter(data__reason="expired")
    ended = AdverseRecord.objects.filter(Exists(shown), ~Exists(told.filter(kind=Notice.Kind.PUBLICITY_ENDED)))
    for record in ended:
        yield Broken("letter", _row(record), _("公示期满停止，却没有终止公示告知书。"))
    kinds = {
        UpstreamChange.Kind.ANNUL: Notice.Kind.RECORD_REVOKED,
        UpstreamChange.Kind.CHANGE: Notice.Kind.RECORD_CORRECTED,
    }
    for change in UpstreamChange.objects.filter(status=UpstreamChange.Status.CONFIRMED).select_related("record"):
        letters = Notice.objects.filter(thing_type="records.adverserecord", thing_id=str(change.record_id))
        if not letters.filter(kind=kinds[UpstreamChange.Kind(change.kind)]).exists():
            yield Broken("letter", _row(change), _("撤销或变更已核实，却没有告知书。"))
        annulled = change.kind == UpstreamChange.Kind.ANNUL
        if annulled and change.record.status != AdverseRecord.Status.REVOKED:
            yield Broken("letter", _row(change), _("原决定已撤销，信息却没有撤销。"))


def queries_kept() -> Iterator[Broken]:
    """Every query stands as the journal saw it, with its proof, and no credit statement is without a query."""
    told = {
        entry.thing_id: entry.data.get("particulars") for entry in Entry.objects.filter(verb="records.query").iterator()
    }
    for query in QueryRecord.objects.filter(released_at=None).iterator():
        if told.get(str(query.pk)) != query.digest():
            yield Broken("query", _row(query), _("查询记录与日志里的摘要不一致。"))
        elif query.proof_sha256 and not default_storage.exists(query.proof.name):
            yield Broken("query", _row(query), _("查询的授权书文件不见了。"))
    known = set(map(str, QueryRecord.objects.values_list("pk", flat=True)))
    for notice in Notice.objects.filter(kind=Notice.Kind.CREDIT_STATEMENT).iterator():
        if notice.thing_type != "records.queryrecord" or notice.thing_id not in known:
            yield Broken("query", _row(notice), _("信用信息查询报告没有对应的查询记录。"))


def register_finds() -> Iterator[Broken]:
    """Every public record is found in the register by its names."""
    public = AdverseRecord.objects.filter(status=AdverseRecord.Status.PUBLICISED).select_related("subject")
    rows = public.order_by("pk").iterator(chunk_size=1000)
    while batch := list(islice(rows, 1000)):
        wanted = {(whole(name), record.subject_id): record for record in batch for name in names_of(record)}
        for pair in known_pairs(ending for ending, _subject in wanted):
            wanted.pop(pair, None)
        for record in dict.fromkeys(wanted.values()):
            yield Broken("register", _row(record), _("信息在公示，按名称却查不到。请运行 register_names。"))


CHECKS: dict[str, Check] = {
    "two_people": two_people,
    "notice": notices_issued,
    "numbers": numbers_gapless,
    "notice_file": notice_files,
    "evidence_file": evidence_files,
    "event": events_emitted,
    "objection_mark": objection_marks,
    "flow": flow_agrees,
    "journal": journal_chain,
    "person": persons_never_published,
    "commitment": commitments_signed,
    "deferral": deferrals_granted,
    "letter": letters_after_registration,
    "query": queries_kept,
    "register": register_finds,
    "delivery": every_platform_told,
    "notice_row": notices_as_issued,
    "undo": undone_imports,
    "identity": identities_checked,
    "finding": findings_by_two,
    "case": cases_have_a_record,
    "extension": limits_extended,
    **LIFE,
}


def walk(names: list[str] | None = None) -> Iterator[Broken]:
    """Yield every broken row of the named promises (all without names)."""
    for name, check in CHECKS.items():
        if not names or name in names:
            yield from check()
