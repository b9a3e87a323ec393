"""What every case shares: its number, where it stands, its evidence, its two people, its decision.

``RepairApplication`` and ``Objection`` are children of :class:`Case` (one table each beside this one) and add
only what is theirs. ``Case.status`` is the one truth about what may happen; the to-do list follows it.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import ConcurrentTransitionMixin, FSMField, FSMModelMixin, transition

from notices.models import new_check_code
from parties.models import Authority, Subject
from records.models import AdverseRecord


class Case(ConcurrentTransitionMixin, FSMModelMixin, models.Model):
    """One application or objection of one subject about one record, from draft to decision."""

    class Kind(models.TextChoices):
        REPAIR = "repair", _("信用修复")
        OBJECTION = "objection", _("异议")
        DEFERRAL = "deferral", _("延期履行")

    class Status(models.TextChoices):
        DRAFT = "draft", _("草稿")
        SUBMITTED = "submitted", _("待受理")
        SUPPLEMENT_REQUESTED = "supplement_requested", _("待补正")
        ACCEPTED = "accepted", _("已受理，审查中")
        RECOMMENDED = "recommended", _("待复核")
        DECLINED = "declined", _("不予受理")
        WITHDRAWN = "withdrawn", _("已撤回")
        APPROVED = "approved", _("准予修复")
        REFUSED = "refused", _("不予修复")
        UPHELD = "upheld", _("异议成立")
        DISMISSED = "dismissed", _("异议不成立")
        GRANTED = "granted", _("准予延期")
        NOT_GRANTED = "not_granted", _("不予延期")
        #: The record ceased to be live meanwhile: nothing is left to decide.
        ENDED = "ended", _("已终止办理")

    #: Waiting for the office or for the applicant.
    OPEN = (Status.SUBMITTED, Status.SUPPLEMENT_REQUESTED, Status.ACCEPTED, Status.RECOMMENDED)
    #: Still somebody's to go on with, the draft included.
    UNDECIDED = (Status.DRAFT, *OPEN)
    DECIDED = (
        Status.APPROVED, Status.REFUSED, Status.UPHELD, Status.DISMISSED, Status.GRANTED, Status.NOT_GRANTED
    )  # fmt: skip
    CLOSED = (*DECIDED, Status.DECLINED, Status.WITHDRAWN, Status.ENDED)

    kind = models.CharField(_("种类"), max_length=10, choices=Kind)
    #: 办件编号, given at submission: XF20261123-0001.
    number = models.CharField(_("办件编号"), max_length=30, unique=True, null=True, blank=True)
    #: With the number it opens the public progress page.
    check_code = models.CharField(_("查询码"), max_length=12, default=new_check_code)
    status = FSMField(_("状态"), default=Status.DRAFT, choices=Status.choices, protected=True)
    #: Counts every change; a form that was opened on an older one gets 409.
    version = models.PositiveIntegerField(default=1)
    record = models.ForeignKey(
        AdverseRecord, on_delete=models.PROTECT, related_name="cases", verbose_name=_("失信信息")
    )
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="cases", verbose_name=_("申请人"))
    #: 经办人: who acts for the subject in this case.
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="opened_cases", verbose_name=_("经办人")
    )
    contact_phone = models.CharField(_("联系电话"), max_length=60, blank=True)
    #: Whose officers accept and review: the determining authority (谁认定、谁修复).
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="cases", verbose_name=_("办理单位"))
    process = models.OneToOneField(
        "viewflow.Process", on_delete=models.PROTECT, null=True, blank=True, related_name="case"
    )
    opened_at = models.DateTimeField(_("创建时间"), auto_now_add=True)
    submitted_at = models.DateTimeField(_("提交时间"), null=True, blank=True)
    #: When the last supplement came in: the acceptance clock starts again from it.
    resubmitted_at = models.DateTimeField(_("补正时间"), null=True, blank=True)
    accepted_at = models.DateTimeField(_("受理时间"), null=True, blank=True)
    #: Decided, declined, withdrawn or ended.
    closed_at = models.DateTimeField(_("办结时间"), null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="casework_status_known",
                condition=Q(
                    status__in=[
                        "draft",
                        "submitted",
                        "supplement_requested",
                        "accepted",
                        "recommended",
                        "declined",
                        "withdrawn",
                        "approved",
                        "refused",
                        "upheld",
                        "dismissed",
                        "granted",
                        "not_granted",
                        "ended",
                    ]
                ),
            ),
            models.CheckConstraint(
                name="casework_number_after_draft",
                condition=Q(status="draft") | Q(number__isnull=False) | Q(status="withdrawn"),
            ),
            models.UniqueConstraint(
                fields=["record", "kind"],
                condition=Q(status__in=["draft", "submitted", "supplement_requested", "accepted", "recommended"]),
                name="casework_one_open_case_a_record",
            ),
        ]
        indexes = [
            models.Index(fields=["status", "authority"], name="casework_desk"),
            models.Index(fields=["subject", "-opened_at"], name="casework_subject"),
        ]
        ordering = ["-opened_at"]
        verbose_name = _("办件")
        verbose_name_plural = _("办件")

    def __str__(self):
        return self.number or f"草稿 {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.status in self.OPEN

    @transition(field="status", source=Status.DRAFT, target=Status.SUBMITTED)
    def submit(self, at, number: str):
        """提交."""
        self.submitted_at, self.number = at, number

    @transition(field="status", source=Status.SUBMITTED, target=Status.SUPPLEMENT_REQUESTED)
    def request_supplement(self):
        """补正: everything that is missing, once."""

    @transition(field="status", source=Status.SUPPLEMENT_REQUESTED, target=Status.SUBMITTED)
    def answer_supplement(self, at):
        """The applicant answered; the acceptance clock starts again."""
        self.resubmitted_at = at

    @transition(field="status", source=Status.SUBMITTED, target=Status.ACCEPTED)
    def accept(self, at):
        """受理."""
        self.accepted_at = at

    @transition(field="status", source=Status.SUBMITTED, target=Status.DECLINED)
    def decline(self, at):
        """不予受理."""
        self.closed_at = at

    @transition(field="status", source=Status.ACCEPTED, target=Status.RECOMMENDED)
    def recommend(self):
        """初审: the officer says what he would decide and why."""

    @transition(field="status", source=Status.RECOMMENDED, target=Status.ACCEPTED)
    def send_back(self):
        """退回一步: back to the officer."""

    @transition(
        field="status",
        source=[Status.DRAFT, Status.SUBMITTED, Status.SUPPLEMENT_REQUESTED, Status.ACCEPTED],
        target=Status.WITHDRAWN,
    )
    def withdraw(self, at):
        """撤回 by the applicant, until a recommendation is made."""
        self.closed_at = at

    @transition(field="status", source=list(OPEN), target=Status.ENDED)
    def end(self, at):
        """终止办理: the record was annulled, ran out or was repaired; nobody decides, nothing is held against anybody."""
        self.closed_at = at


class CaseCounter(models.Model):
    """The last case number given on one day for one kind."""

    prefix = models.CharField(max_length=20, unique=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self):
        return f"{self.prefix}{self.last}"


class Evidence(models.Model):
    """A file that proves something. Kept for ever; taking it back only hides it from the case."""

    class Purpose(models.TextChoices):
        PERFORMANCE = "performance", _("履行义务证明")
        IDENTITY = "identity", _("身份或授权证明")
        OBJECTION = "objection", _("异议证明")
        DEFERRAL = "deferral", _("延期理由证明")
        VERIFICATION = "verification", _("核实材料")
        OTHER = "other", _("其他材料")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="evidence", verbose_name=_("办件"))
    purpose = models.CharField(_("用途"), max_length=20, choices=Purpose, default=Purpose.PERFORMANCE)
    file = models.FileField(_("文件"), upload_to="evidence/%Y/%m")
    name = models.CharField(_("文件名"), max_length=200)
    media_type = models.CharField(_("类型"), max_length=100)
    size = models.PositiveIntegerField(_("大小（字节）"))
    sha256 = models.CharField(_("摘要"), max_length=64)
    pages = models.PositiveSmallIntegerField(_("页数"), default=1)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(_("上传时间"), auto_now_add=True)
    withdrawn_at = models.DateTimeField(_("取回时间"), null=True, blank=True)

    class Meta:
        ordering = ["uploaded_at", "id"]
        indexes = [models.Index(fields=["sha256"], name="casework_evidence_digest")]
        verbose_name = _("证明材料")
        verbose_name_plural = _("证明材料")

    def __str__(self):
        return self.name

    @property
    def page_numbers(self) -> range:
        return range(1, self.pages + 1)


class Commitment(models.Model):
    """信用承诺书: the text as it was shown, and who signed it when."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="commitment", verbose_name=_("办件"))
    text = models.TextField(_("承诺内容"))
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    signed_name = models.CharField(_("签署人"), max_length=100)
    signed_at = models.DateTimeField(_("签署时间"))

    class Meta:
        verbose_name = _("信用承诺书")
        verbose_name_plural = _("信用承诺书")

    def __str__(self):
        return f"{self.case} {self.signed_name}"


class SupplementRequest(models.Model):
    """补正: what is missing, asked once and completely, and the answer to it."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="supplements", verbose_name=_("办件"))
    #: ``[{code, text, cure}]``
    items = models.JSONField(_("需补正事项"))
    note = models.TextField(_("说明"), blank=True)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(_("提出时间"))
    answer = models.TextField(_("答复"), blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(_("答复时间"), null=True, blank=True)

    class Meta:
        ordering = ["requested_at"]
        verbose_name = _("补正")
        verbose_name_plural = _("补正")

    def __str__(self):
        return f"{self.case} {self.requested_at:%Y-%m-%d}"


class Review(models.Model):
    """One opinion of one officer on one case: a recommendation, or a step sent back."""

    class Stage(models.TextChoices):
        FIRST = "first", _("初审")
        SENT_BACK = "sent_back", _("退回")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="reviews", verbose_name=_("办件"))
    stage = models.CharField(_("环节"), max_length=10, choices=Stage)
    #: What the officer would decide: approve, refuse, uphold, dismiss.
    outcome = models.CharField(_("意见"), max_length=20, blank=True)
    reason_codes = models.JSONField(_("理由代码"), default=list)
    opinion = models.TextField(_("说明"))
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField(_("时间"))

    class Meta:
        ordering = ["reviewed_at", "id"]
        verbose_name = _("审查意见")
        verbose_name_plural = _("审查意见")

    def __str__(self):
        return f"{self.case} {self.get_stage_display()}"

    @property
    def outcome_label(self) -> str:
        return str(Case.Status(self.outcome).label) if self.outcome else ""


class Decision(models.Model):
    """The decision of two people. The database itself refuses one person in two places."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="decision", verbose_name=_("办件"))
    outcome = models.CharField(_("结果"), max_length=20)
    prepared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("初审人")
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("复核人")
    )
    #: The person who acted for the subject.
    applicant = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("经办人")
    )
    reason_codes = models.JSONField(_("理由代码"), default=list)
    reason = models.TextField(_("理由"), blank=True)
    #: ``[{text, title, article, verified}]`` and the rule rows it used.
    because = models.JSONField(default=list)
    rule_ids = models.JSONField(default=list)
    decided_at = models.DateTimeField(_("决定时间"))

    class Meta:
        constraints = [
            models.CheckConstraint(name="casework_two_people", condition=~Q(prepared_by=F("approved_by"))),
            models.CheckConstraint(
                name="casework_applicant_decides_nothing",
                condition=~Q(prepared_by=F("applicant")) & ~Q(approved_by=F("applicant")),
            ),
            models.CheckConstraint(
                name="casework_outcome_known",
                condition=Q(outcome__in=["approved", "refused", "upheld", "dismissed", "granted", "not_granted"]),
            ),
        ]
        verbose_name = _("决定")
        verbose_name_plural = _("决定")

    def __str__(self):
        return f"{self.case} {self.outcome}"


class Presence(models.Model):
    """Who has a case open right now, so that two officers do not work past each other."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="presences")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "user"], name="casework_presence_once")]

    def __str__(self):
        return f"{self.user} @ {self.case}"


# Models of this room's parts; Django looks for them here.
from casework.extensions.models import DecisionExtension  # noqa: E402, F401
