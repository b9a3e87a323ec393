"""What was found against a subject in a repair, who found it, and whether it still stands."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import ConcurrentTransitionMixin, FSMField, FSMModelMixin, transition

from policy.bars import BROKEN_COMMITMENT, FALSE_MATERIALS


class Finding(ConcurrentTransitionMixin, FSMModelMixin, models.Model):
    """查明: one incident of false materials or of a broken commitment, in the repair of one record.

    Proposed by one person with the proof, confirmed by another of the lead office; or decided by the two people of a
    refused repair. It bars its subject (:mod:`policy.bars`) until it has run out, or two people lift it.
    """

    class Kind(models.TextChoices):
        FALSE_MATERIALS = FALSE_MATERIALS, _("提交虚假材料")
        BROKEN_COMMITMENT = BROKEN_COMMITMENT, _("违反信用承诺")

    class Status(models.TextChoices):
        PROPOSED = "proposed", _("待核实")
        STANDING = "standing", _("已查明")
        DISMISSED = "dismissed", _("不成立")
        LIFTING = "lifting", _("已查明，拟撤销")
        LIFTED = "lifted", _("已撤销")

    #: It bars: a proposal to lift alone changes nothing.
    BARRING = (Status.STANDING, Status.LIFTING)
    #: Somebody has to act.
    WAITING = (Status.PROPOSED, Status.LIFTING)

    record = models.ForeignKey("records.AdverseRecord", on_delete=models.PROTECT, related_name="findings")
    #: Whom it bars, also for the other records.
    subject = models.ForeignKey("parties.Subject", on_delete=models.PROTECT, related_name="findings")
    kind = models.CharField(_("查明的事项"), max_length=20, choices=Kind)
    status = FSMField(_("状态"), default=Status.PROPOSED, choices=Status.choices, protected=True)
    #: The day on which it was found: the bar runs from it (Beijing).
    found_on = models.DateField(_("查明日期"))
    reason = models.TextField(_("查明的事实和理由"))
    #: The refused repair that found it; empty: reported on its own, with a file.
    case_number = models.CharField(_("办件编号"), max_length=30, blank=True)
    file = models.FileField(_("证据"), upload_to="findings/%Y/%m", blank=True)
    file_name = models.CharField(_("文件名"), max_length=200, blank=True)
    media_type = models.CharField(_("类型"), max_length=100, blank=True)
    sha256 = models.CharField(_("摘要"), max_length=64, blank=True)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(_("提出时间"))
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    settled_at = models.DateTimeField(_("核实时间"), null=True, blank=True)
    note = models.CharField(_("核实意见"), max_length=500, blank=True)
    #: 撤销: why it should not stand any more, who says so, who agreed.
    lift_reason = models.CharField(_("撤销理由"), max_length=500, blank=True)
    lift_proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    lift_proposed_at = models.DateTimeField(_("提出撤销时间"), null=True, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    lifted_at = models.DateTimeField(_("撤销时间"), null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="records_finding_status_known",
                condition=Q(status__in=["proposed", "standing", "dismissed", "lifting", "lifted"]),
            ),
            models.CheckConstraint(
                name="records_finding_kind_known", condition=Q(kind__in=["false_materials", "broken_commitment"])
            ),
            models.CheckConstraint(
                name="records_finding_two_people",
                condition=Q(settled_by__isnull=True) | ~Q(settled_by=F("proposed_by")),
            ),
            models.CheckConstraint(
                name="records_finding_settled_by_somebody",
                condition=Q(status="proposed") | Q(settled_by__isnull=False, settled_at__isnull=False),
            ),
            models.CheckConstraint(
                name="records_finding_lifted_by_two_people",
                condition=~Q(status="lifted")
                | (Q(lifted_by__isnull=False, lift_proposed_by__isnull=False) & ~Q(lifted_by=F("lift_proposed_by"))),
            ),
            models.CheckConstraint(
                name="records_finding_rests_on_something", condition=~Q(file="") | ~Q(case_number="")
            ),
            models.UniqueConstraint(
                fields=["record", "kind"],
                condition=Q(status__in=["proposed", "standing", "lifting"], case_number=""),
                name="records_finding_once",
            ),
            models.UniqueConstraint(
                fields=["case_number", "kind"], condition=~Q(case_number=""), name="records_finding_of_a_case_once"
            ),
        ]
        indexes = [models.Index(fields=["subject", "status"], name="records_finding_subject")]
        ordering = ["-found_on", "-id"]
        verbose_name = _("查明事项")
        verbose_name_plural = _("查明事项")

    def __str__(self):
        return f"{self.record} {self.get_kind_display()}"

    @property
    def bars(self) -> bool:
        return self.status in self.BARRING

    @transition(field=status, source=Status.PROPOSED, target=Status.STANDING)
    def confirm(self, by, at):
        """核实: from now on it bars."""
        self.settled_by, self.settled_at = by, at

    @transition(field=status, source=Status.PROPOSED, target=Status.DISMISSED)
    def dismiss(self, by, at, note: str):
        """不成立."""
        self.settled_by, self.settled_at, self.note = by, at, note

    @transition(field=status, source=Status.STANDING, target=Status.LIFTING)
    def propose_lift(self, by, at, reason: str):
        """拟撤销: it stands until another person agrees."""
        self.lift_proposed_by, self.lift_proposed_at, self.lift_reason = by, at, reason

    @transition(field=status, source=Status.LIFTING, target=Status.LIFTED)
    def lift(self, by, at):
        """撤销: it bars nobody any more."""
        self.lifted_by, self.lifted_at = by, at

    @transition(field=status, source=Status.LIFTING, target=Status.STANDING)
    def keep(self):
        """不同意撤销: it stands on."""
