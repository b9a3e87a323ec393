"""Who may do what with records, and why not."""

from datetime import date

from django.db.models import CharField, QuerySet
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext as _

from notices.models import ProofOfService
from parties.guards import acts_for
from parties.models import Authority, User
from policy.dates import say_short
from policy.verdict import YES, Verdict, no
from records.holds import held
from records.intake.aliases import fold_source
from records.models import AdverseRecord, CorrectionProposal, Explanation, ImportRow, ImportRun


def sees_all(actor: User | None) -> bool:
    """Whether this person's remit is the whole district: the lead office, auditors, administrators."""
    if not _signed_in(actor):
        return False
    if actor.role in (User.Role.AUDITOR, User.Role.ADMINISTRATOR):
        return True
    return actor.role in (User.Role.OFFICER, User.Role.APPROVER) and bool(actor.authority and actor.authority.is_lead)


def can_read(actor: User | None, record: AdverseRecord) -> Verdict:
    """Whether someone may see everything about a record (the public entry is another, smaller page)."""
    if not _signed_in(actor):
        return no("sign_in", _("查看这条记录需要登录。"), _("请先登录。"))
    if sees_all(actor):
        return YES
    if actor.role in (User.Role.OFFICER, User.Role.APPROVER) and actor.authority_id == record.authority_id:
        return YES
    if actor.role == User.Role.ENTERPRISE and acts_for(actor, record.subject):
        return YES
    return no("not_yours", _("这条记录不在您的查看范围内。"), _("如需查看，请联系作出决定的机关或信用主管部门。"))


def can_import(actor: User | None) -> Verdict:
    """Whether someone may bring a file in: officers of an authority, the lead office, administrators."""
    if not _signed_in(actor):
        return no("sign_in", _("导入需要登录。"), _("请先登录。"))
    if actor.role in (User.Role.OFFICER, User.Role.APPROVER, User.Role.ADMINISTRATOR):
        return YES
    return no("role", _("您的账号不能导入失信信息。"), _("请由认定单位经办人、信用主管部门或系统管理员导入。"))


def can_register_for(actor: User | None, authority: Authority | None, authority_name: str = "") -> Verdict:
    """Whether someone may register records of this authority. ``None`` as actor is the system itself (a command).

    ``authority`` is ``None`` when a file names one that is not known yet.
    """
    if actor is None or sees_all(actor):
        return YES
    if authority is not None and actor.authority_id == authority.pk:
        return YES
    return no(
        "not_your_authority",
        _("这一行的处罚机关是“%(name)s”，不是您所在的机关。")
        % {"name": authority.name if authority else authority_name},
        _("请由该机关或信用主管部门导入这一行。"),
    )


def can_see_run(actor: User | None, run: ImportRun) -> Verdict:
    """Whether someone may see an import and its rows: who started it, their office, the lead office, auditors."""
    if not _signed_in(actor):
        return no("sign_in", _("查看导入结果需要登录。"), _("请先登录。"))
    if sees_all(actor) or (run.started_by_id is not None and run.started_by_id == actor.pk):
        return YES
    starter = run.started_by
    if (
        starter is not None
        and actor.role in (User.Role.OFFICER, User.Role.APPROVER)
        and actor.authority_id is not None
        and actor.authority_id == starter.authority_id
    ):
        return YES
    return no("not_yours", _("这次导入不在您的查看范围内。"), _("请联系导入的机关或信用主管部门。"))


def can_start(actor: User | None, run: ImportRun) -> Verdict:
    """Whether someone may begin (or drop) an import that is in its preview: only whoever uploaded it."""
    allowed = can_import(actor)
    if not allowed:
        return allowed
    if run.started_by_id != actor.pk:
        return no("not_your_upload", _("这份文件不是您上传的。"), _("请由上传的人开始录入，或者自己重新上传。"))
    if run.status != ImportRun.Status.WAITING:
        return no(
            "not_waiting",
            _("这份文件已经处理过了（%(status)s）。") % {"status": run.get_status_display()},
            _("请查看录入结果；需要再录入时重新上传。"),
        )
    return YES


def can_undo(actor: User | None, run: ImportRun) -> Verdict:
    """Whether a whole import may be taken back: while nothing of it has been served and nothing rests on it."""
    seen = can_see_run(actor, run)
    if not seen:
        return seen
    allowed = can_import(actor)
    if not allowed:
        return allowed
    status = ImportRun.Status
    if run.status == status.UNDOING:
        return no("undoing", _("这次录入正在撤回。"), _("请稍后刷新页面查看结果。"))
    if run.status == status.UNDONE:
        return no("undone", _("这次录入已经撤回。"), _("更正文件后可以重新录入。"))
    if run.status not in (status.FINISHED, status.INTERRUPTED):
        return no("not_finished", _("这次录入还没有完成，不能撤回。"), _("请等它完成后再撤回。"))
    records = taken_by(run)
    if not records.exists():
        return no("nothing_taken", _("这次录入没有新增记录，没有可以撤回的。"))
    return can_take_back(records)


def can_take_back(records: QuerySet[AdverseRecord]) -> Verdict:
    """Whether these records can still be taken back: no letter about one was opened, and nothing holds one."""
    keys = records.annotate(key=Cast("pk", CharField())).values("key")
    proof = (
        ProofOfService.objects.filter(notice__thing_type=AdverseRecord._meta.label_lower, notice__thing_id__in=keys)
        .select_related("notice")
        .order_by("served_at")
        .first()
    )
    if proof is not None:
        moment = timezone.localtime(proof.served_at)
        return no(
            "served",
            _("%(addressee)s的“%(number)s”已由%(who)s于%(day)s %(time)s打开（送达）。")
            % {
                "addressee": proof.notice.addressee,
                "number": proof.notice.number,
                "who": proof.received_by_name,
                "day": say_short(moment.date()),
                "time": f"{moment:%H:%M}",
            },
            _("当事人已经知道，不能再整批撤回。有错误的记录请逐条更正或撤销。"),
        )
    told = Explanation.objects.filter(record__in=records).select_related("record").first()
    if told is not None:
        return no(
            "explained",
            _("当事人已经对“%(number)s”作了说明。") % {"number": told.record.document_number},
            _("当事人已经知道，不能再整批撤回。有错误的记录请逐条更正或撤销。"),
        )
    return held(records)


def taken_by(run: ImportRun) -> QuerySet[AdverseRecord]:
    """Return the records that an import brought in and that were not taken back."""
    rows = ImportRow.objects.filter(run=run, outcome=ImportRow.Outcome.TAKEN)
    return AdverseRecord.objects.filter(pk__in=rows.values("record"), undone=False)


def can_teach(actor: User | None, source: str) -> Verdict:
    """Whether someone may say what a heading means in the files of a source: not in another authority's files."""
    allowed = can_import(actor)
    if not allowed or sees_all(actor):
        return allowed
    others = Authority.objects.exclude(pk=actor.authority_id).values_list("name", flat=True)
    if fold_source(source) not in {fold_source(name) for name in others}:
        return YES
    return no(
        "not_your_source",
        _("“%(source)s”是另一个机关，它的列名对照不由您设定。") % {"source": source},
        _("请由该机关或信用主管部门设定。"),
    )


def can_decide_proposal(actor: User | None, proposal: CorrectionProposal) -> Verdict:
    """Whether someone may adopt or dismiss a 拟更正: people of the record's authority or of the lead office."""
    if not _signed_in(actor):
        return no("sign_in", _("处理更正需要登录。"), _("请先登录。"))
    if proposal.status != CorrectionProposal.Status.OPEN:
        return no("decided", _("这项更正已经处理过了。"), _("请刷新页面查看结果。"))
    if actor.role not in (User.Role.OFFICER, User.Role.APPROVER):
        return no("role", _("您的账号不能处理更正。"), _("请由处罚机关或信用主管部门的工作人员处理。"))
    if not (actor.authority and (actor.authority.is_lead or actor.authority_id == proposal.record.authority_id)):
        return no("not_your_authority", _("这条记录不是您所在机关的。"), _("请由处罚机关或信用主管部门处理。"))
    return can_change(proposal.record)


def can_remove_after_repair(actor: User | None, record: AdverseRecord) -> Verdict:
    """Whether a record can leave publicity by repair. Who decides is the case's question, not the record's."""
    if record.is_live:
        return YES
    return _not_live(record)


def can_defer(actor: User | None, record: AdverseRecord, until: date) -> Verdict:
    """Whether a record can be put off until that day: a live record, a day to come. Who decides is the case's."""
    if not record.is_live:
        return _not_live(record)
    if until <= timezone.localdate():
        return no("day_over", _("延期的日期要晚于今天。"), _("请改填以后的日期。"))
    return YES


def can_revoke(actor: User | None, record: AdverseRecord) -> Verdict:
    """Whether a record can be revoked: any record that has not been already; also one whose publicity is over."""
    if record.status != AdverseRecord.Status.REVOKED:
        return YES
    return _not_live(record)


def can_change(record: AdverseRecord) -> Verdict:
    """Whether a record's facts can still be corrected."""
    if record.status != AdverseRecord.Status.REVOKED:
        return YES
    return _not_live(record)


def can_mark_objection(actor: User | None, record: AdverseRecord, marked: bool) -> Verdict:
    """Whether the objection mark can be set (only while the record is live) or cleared (always)."""
    if not marked or record.is_live:
        return YES
    return _not_live(record)


def _not_live(record: AdverseRecord) -> Verdict:
    return no(
        f"record_{record.status}",
        _("这条记录的状态是“%(status)s”，不能再这样处理。") % {"status": record.get_status_display()},
        _("请刷新页面查看记录的最新状态。"),
    )


def _signed_in(actor: User | None) -> bool:
    return actor is not None and actor.is_authenticated and actor.is_active
