"""Adverse records (失信信息): how they came in, what they say, where they stand."""

import secrets

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_fsm import ConcurrentTransitionMixin, FSMField, FSMModelMixin, transition

from journal.stored import StoredJSON
from parties.models import Authority, Subject


def new_public_id() -> str:
    """Return a fresh public id of a record: ``R`` and 12 random characters, meaningless on purpose."""
    return "R" + "".join(secrets.choice("23456789ABCDEFGHJKMNPQRSTUVWXYZ") for _ in range(12))


class ImportRun(models.Model):
    """One file (or batch) taken in: by whom, from whom, with a result per row."""

    class Status(models.TextChoices):
        RUNNING = "running", _("进行中")
        FINISHED = "finished", _("已完成")
        REFUSED = "refused", _("文件无法读取")
        INTERRUPTED = "interrupted", _("中断")
        #: Uploaded and shown, nothing written yet: somebody has to say 'start'.
        WAITING = "waiting", _("预览中，尚未录入")
        DROPPED = "dropped", _("预览后未录入")
        UNDOING = "undoing", _("正在撤回")
        UNDONE = "undone", _("已撤回")

    file_name = models.CharField(_("文件名"), max_length=255)
    sha256 = models.CharField(_("文件摘要"), max_length=64)
    source = models.CharField(_("来源"), max_length=200, blank=True)
    #: An uploaded file waits here until its rows are done (private, never served); a command reads its own file.
    file = models.FileField(_("文件"), upload_to="imports/%Y/%m", blank=True)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    status = models.CharField(_("状态"), max_length=12, choices=Status, default=Status.RUNNING)
    error = models.TextField(_("错误"), blank=True)
    #: How the file was read: ``{format, encoding, mapped: {heading: field}, unmapped: [heading], skipped: []}``.
    layout = models.JSONField(_("读取方式"), default=dict)
    #: What headings meant beside the shipped table when this run began: ``{folded heading: field|unit}``. A run that
    #: is taken up again reads its file as it began.
    headings = models.JSONField(_("列名对照"), default=dict, blank=True)
    #: A machine's own name for its batch (``Idempotency-Key``): once for each account.
    idempotency_key = models.CharField(_("幂等键"), max_length=255, blank=True)
    #: Undoing (整批撤回): who, why, when it was begun.
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    undo_reason = models.CharField(_("撤回理由"), max_length=500, blank=True)
    undone_at = models.DateTimeField(_("撤回时间"), null=True, blank=True)
    #: Rows found in the file, once known; the page's progress.
    total = models.PositiveIntegerField(_("总行数"), null=True, blank=True)
    #: Somebody is working on it until then; afterwards the sweep takes it over.
    leased_until = models.DateTimeField(null=True, blank=True)
    #: How often it was taken up since it last made progress.
    attempts = models.PositiveSmallIntegerField(default=0)
    started_at = models.DateTimeField(_("开始"), auto_now_add=True)
    finished_at = models.DateTimeField(_("结束"), null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["started_by", "idempotency_key"],
                condition=~Q(idempotency_key=""),
                name="records_batch_once",
            ),
            models.CheckConstraint(
                name="records_undo_has_a_reason",
                condition=~Q(status__in=["undoing", "undone"]) | (Q(undone_at__isnull=False) & ~Q(undo_reason="")),
            ),
        ]
        ordering = ["-started_at"]
        verbose_name = _("导入")
        verbose_name_plural = _("导入")

    def __str__(self):
        return f"{self.file_name} {self.started_at:%Y-%m-%d}"


class HeadingAlias(models.Model):
    """What a heading means in the files of one source, taught by an officer; goes before the shipped alias table."""

    source = models.CharField(_("数据来源单位"), max_length=200)
    heading = models.CharField(_("列名"), max_length=200)
    #: The heading folded for look-up (:func:`records.intake.headings.fold_heading`).
    key = models.CharField(max_length=200)
    #: Canonical field; empty: the column is passed over.
    field = models.CharField(_("含义"), max_length=40, blank=True)
    #: 元 or 万元, for amounts.
    unit = models.CharField(_("单位"), max_length=4, blank=True)
    active = models.BooleanField(_("有效"), default=True)
    taught_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    taught_at = models.DateTimeField(_("设定时间"), auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "key"], name="records_alias_once"),
            models.CheckConstraint(name="records_alias_has_a_source", condition=~Q(source="") & ~Q(key="")),
        ]
        ordering = ["source", "heading"]
        verbose_name = _("列名对照")
        verbose_name_plural = _("列名对照")

    def __str__(self):
        return f"{self.source}: {self.heading}"


class Severity(models.TextChoices):
    MINOR = "minor", _("轻微")
    GENERAL = "general", _("一般")
    SERIOUS = "serious", _("严重")


class AdverseRecord(ConcurrentTransitionMixin, FSMModelMixin, models.Model):
    """One adverse record about one subject.

    ``status`` says where it stands towards the public; facts are changed only by a correction, which keeps
    the old value. Nothing is ever deleted: what leaves publicity stays in the archive.
    """

    class Status(models.TextChoices):
        REGISTERED = "registered", _("已登记")
        PUBLICISED = "publicised", _("公示中")
        WITHHELD = "withheld", _("不公示")
        DEFERRED = "deferred", _("延期履行，暂不公示")
        REPAIRED = "repaired", _("已修复，终止公示")
        EXPIRED = "expired", _("公示期满，终止公示")
        REVOKED = "revoked", _("已撤销")

    #: Statuses in which a subject can still do something about the record.
    LIVE = (Status.REGISTERED, Status.PUBLICISED, Status.WITHHELD, Status.DEFERRED)

    public_id = models.CharField(_("记录编号"), max_length=20, unique=True, default=new_public_id)
    status = FSMField(_("状态"), default=Status.REGISTERED, choices=Status.choices, protected=True)
    #: Counts every change; a form that was opened on an older one is told so.
    version = models.PositiveIntegerField(default=1)

    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="records", verbose_name=_("当事人"))
    #: As written in the decision, even if the subject was renamed later.
    subject_name = models.CharField(_("当事人名称"), max_length=200)
    authority = models.ForeignKey(
        Authority, on_delete=models.PROTECT, related_name="records", verbose_name=_("处罚机关")
    )
    data_provider = models.CharField(_("数据来源单位"), max_length=200, blank=True)
    document_number = models.CharField(_("决定书文号"), max_length=128)
    #: The document number with brackets, width and blanks folded: what 'already known' compares.
    document_key = models.CharField(max_length=128)
    category = models.CharField(_("处罚类别"), max_length=200, blank=True)
    violation_type = models.TextField(_("违法行为类型"), blank=True)
    facts = models.TextField(_("违法事实"), blank=True)
    legal_basis = models.TextField(_("处罚依据"), blank=True)
    content = models.TextField(_("处罚内容"), blank=True)
    #: In yuan, whatever unit the file used.
    fine_amount = models.DecimalField(_("罚款金额（元）"), max_digits=20, decimal_places=2, null=True, blank=True)
    confiscated_amount = models.DecimalField(
        _("没收金额（元）"), max_digits=20, decimal_places=2, null=True, blank=True
    )
    licence = models.CharField(_("暂扣或吊销证照"), max_length=200, blank=True)
    decision_date = models.DateField(_("处罚决定日期"))
    valid_until = models.DateField(_("处罚有效期"), null=True, blank=True)
    remark = models.TextField(_("备注"), blank=True)
    sector = models.CharField(_("领域"), max_length=40, blank=True)
    #: The last day of the conduct, if the decision names it: the provincial five years run from it.
    conduct_ended = models.DateField(_("违法行为终了日期"), null=True, blank=True)
    #: The determining authority itself declared the conduct 轻微.
    minor_declared = models.BooleanField(_("认定为轻微"), default=False)
    #: The decision put the subject on a 严重失信主体名单.
    serious_list = models.BooleanField(_("列入严重失信主体名单"), default=False)

    # Worked out from the rules at registration and again whenever facts or rules change.
    severity = models.CharField(_("失信程度"), max_length=10, choices=Severity)
    publicity_from = models.DateField(_("公示起始日"), null=True, blank=True)
    #: The first day on which a repair may be applied for.
    earliest_application = models.DateField(_("最短公示期届满日"))
    #: The last day of publicity; it stops by itself the day after.
    publicity_until = models.DateField(_("最长公示期届满日"), null=True, blank=True)
    #: The last day on which anybody may be shown it, on an authorised query too; empty: no rule ends it. Of what is
    #: publicised it is the last day of publicity.
    disclosed_until = models.DateField(_("披露届满日"), null=True, blank=True)
    #: ``[{text, title, article, verified}]``: why the window is what it is.
    because = models.JSONField(default=list, encoder=StoredJSON)
    rule_ids = models.JSONField(default=list)
    #: When its subject is reminded that it may apply; empty: already done, or known from the first letter.
    remind_on = models.DateField(null=True, blank=True)

    #: When both letters (两书) had been opened by somebody who acts for the subject.
    notified_at = models.DateTimeField(_("告知送达时间"), null=True, blank=True)
    #: The last day of a granted deferral (延期): until then it is not publicised.
    deferred_until = models.DateField(_("延期至"), null=True, blank=True)
    #: Set while an objection is open: shown in the register beside the record.
    objection_marked = models.BooleanField(_("异议标注"), default=False)
    #: Digest of the canonical fields as they came in. Corrections do not change it, so the same file sent again
    #: stays 'already known' and does not ask for the old value back.
    content_hash = models.CharField(max_length=64)
    registered_at = models.DateTimeField(_("登记时间"), auto_now_add=True)
    #: 七天双公示: it came in later than the rule allows after the decision, by so many working days.
    reported_late = models.BooleanField(_("迟报"), default=False)
    late_days = models.PositiveIntegerField(_("迟报工作日数"), default=0)
    #: The import that brought it in was undone: the document may come in again as a new record.
    undone = models.BooleanField(_("随导入撤回"), default=False)
    removed_at = models.DateTimeField(_("终止公示时间"), null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["authority", "document_key", "subject"], condition=Q(undone=False), name="records_once"
            ),
            models.CheckConstraint(name="records_undone_is_revoked", condition=Q(undone=False) | Q(status="revoked")),
            models.CheckConstraint(
                name="records_late_by_some_days",
                condition=Q(reported_late=True, late_days__gt=0) | Q(reported_late=False, late_days=0),
            ),
            models.CheckConstraint(
                name="records_status_known",
                condition=Q(
                    status__in=["registered", "publicised", "withheld", "deferred", "repaired", "expired", "revoked"]
                ),
            ),
            models.CheckConstraint(
                name="records_deferred_until_a_day", condition=~Q(status="deferred") | Q(deferred_until__isnull=False)
            ),
        ]
        indexes = [
            models.Index(fields=["subject", "status"], name="records_subject"),
            models.Index(fields=["status", "publicity_until"], name="records_register"),
            models.Index(
                fields=["status", "disclosed_until"],
                name="records_disclosed",
                condition=Q(publicity_until__isnull=True),
            ),
            models.Index(fields=["remind_on"], name="records_remind", condition=Q(remind_on__isnull=False)),
        ]
        ordering = ["-decision_date", "-id"]
        verbose_name = _("失信信息")
        verbose_name_plural = _("失信信息")

    def __str__(self):
        return f"{self.subject_name} {self.document_number}"

    @property
    def is_live(self) -> bool:
        return self.status in self.LIVE

    @property
    def last_day(self):
        """The last day on which it is shown to anybody; None: no rule ends it."""
        return self.publicity_until or self.disclosed_until

    def get_status_display(self) -> str:
        """The status in words; what was never publicised did not stop being publicised."""
        if self.status == self.Status.EXPIRED and self.publicity_from is None:
            return str(_("披露期满，不再使用"))
        return str(self.Status(self.status).label)

    @transition(field=status, source=[Status.REGISTERED, Status.WITHHELD, Status.DEFERRED], target=Status.PUBLICISED)
    def publicise(self):
        """公示: the public register shows it. From withheld only when a correction changed the class."""
        self.deferred_until = None

    @transition(field=status, source=[Status.REGISTERED, Status.PUBLICISED, Status.DEFERRED], target=Status.WITHHELD)
    def withhold(self):
        """Not shown: minor by rule, or a natural person's. From publicised only when a correction changed the class."""
        self.deferred_until = None

    @transition(
        field=status,
        source=[Status.REGISTERED, Status.PUBLICISED, Status.WITHHELD, Status.DEFERRED],
        target=Status.DEFERRED,
    )
    def defer(self, until):
        """延期履行: not publicised up to and including that day; a further deferral moves the day."""
        self.deferred_until = until

    @transition(field=status, source=list(LIVE), target=Status.REPAIRED)
    def repair(self, at):
        """终止公示 after an approved repair."""
        self.removed_at = at

    @transition(field=status, source=list(LIVE), target=Status.EXPIRED)
    def expire(self, at):
        """自动停止: the maximum publicity period is over; or what was withheld may not be disclosed any more."""
        self.removed_at = at

    @transition(field=status, source=[*LIVE, Status.REPAIRED, Status.EXPIRED], target=Status.REVOKED)
    def revoke(self, at):
        """撤销: the record should not exist (annulled upstream, or an objection was upheld); also if long removed."""
        self.removed_at = at


class ImportRow(models.Model):
    """What became of one row of a file."""

    class Outcome(models.TextChoices):
        TAKEN = "taken", _("已录入")
        KNOWN = "known", _("已存在")
        REFUSED = "refused", _("未录入")
        CORRECTED = "corrected", _("拟更正")

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField(_("行号"))
    outcome = models.CharField(_("结果"), max_length=10, choices=Outcome)
    #: Where the row stands in the file, if that is more than its number: a sheet's name, a path in a JSON.
    place = models.CharField(_("位置"), max_length=200, blank=True)
    #: Why it was not taken: ``[{code, text, field, cure}]``.
    reasons = models.JSONField(_("原因"), default=list, encoder=StoredJSON)
    #: What an officer should look at although the row was taken; same shape.
    warnings = models.JSONField(_("提示"), default=list, encoder=StoredJSON)
    #: What was changed to read a cell: ``[{field, from, to, why}]``.
    changes = models.JSONField(_("读取时的调整"), default=list, encoder=StoredJSON)
    #: The row as it was understood: canonical fields, a natural person's number masked.
    understood = models.JSONField(_("读出的内容"), default=dict, encoder=StoredJSON)
    record = models.ForeignKey(AdverseRecord, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="records_row_once")]
        ordering = ["number"]

    def __str__(self):
        return f"{self.run} #{self.number}"


class CorrectionProposal(models.Model):
    """拟更正: a file said something else about a known record. The record stays as it is until an officer decides."""

    class Status(models.TextChoices):
        OPEN = "open", _("待核实")
        APPLIED = "applied", _("已采纳")
        DISMISSED = "dismissed", _("不采纳")

    record = models.ForeignKey(AdverseRecord, on_delete=models.PROTECT, related_name="proposals")
    run = models.ForeignKey(ImportRun, on_delete=models.PROTECT, null=True, related_name="proposals")
    #: Digest of what the file said: the same file again proposes nothing new.
    content_hash = models.CharField(max_length=64)
    #: ``[{field, old, new}]``, values as ISO text.
    differences = models.JSONField(_("差异"))
    status = models.CharField(_("状态"), max_length=10, choices=Status, default=Status.OPEN)
    proposed_at = models.DateTimeField(_("提出时间"), auto_now_add=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(_("处理时间"), null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["record", "content_hash"], name="records_proposal_once")]
        ordering = ["proposed_at"]
        verbose_name = _("拟更正")
        verbose_name_plural = _("拟更正")

    def __str__(self):
        return f"{self.record} {self.get_status_display()}"


class RecordCorrection(models.Model):
    """更正: one field of one record, old and new value, and what ordered it."""

    record = models.ForeignKey(AdverseRecord, on_delete=models.PROTECT, related_name="corrections")
    field = models.CharField(_("字段"), max_length=60)
    old_value = models.TextField(_("原值"), blank=True)
    new_value = models.TextField(_("新值"), blank=True)
    #: Number of the case that ordered it, or the import's.
    ordered_by = models.CharField(_("依据"), max_length=100)
    corrected_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    corrected_at = models.DateTimeField(_("更正时间"), auto_now_add=True)

    class Meta:
        ordering = ["corrected_at"]
        verbose_name = _("更正")
        verbose_name_plural = _("更正")

    def __str__(self):
        return f"{self.record} {self.field}"


# Models of this room's parts; Django looks for them here.
from records.enquiries.models import QueryRecord  # noqa: E402, F401
from records.findings.models import Finding  # noqa: E402, F401
from records.life.models import Explanation, PriorReminder, Reminder, UpstreamChange  # noqa: E402, F401
from records.search.models import RegisterName  # noqa: E402, F401
