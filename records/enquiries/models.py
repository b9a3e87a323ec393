"""The record of a query: what somebody was shown of a subject, and what gave the right to see it."""

import hashlib
import json

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from parties.models import Authority, Subject


class QueryRecord(models.Model):
    """One query about one subject. Never changed afterwards, but for what an auditor decided about its keeping.

    ``released``: years later its particulars were let go; that there was a query, by whom and when, stays.
    """

    class Kind(models.TextChoices):
        OWN = "own", _("本人查询")
        AUTHORISED = "authorised", _("授权查询")
        STATUTORY = "statutory", _("依法查询")

    kind = models.CharField(_("种类"), max_length=12, choices=Kind)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("查询人")
    )
    #: The office whose business it was; empty when somebody asked about the subject they act for.
    office = models.ForeignKey(
        Authority, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("查询单位")
    )
    asked_at = models.DateTimeField(_("查询时间"))
    subject = models.ForeignKey(
        Subject, on_delete=models.PROTECT, null=True, blank=True, related_name="queries", verbose_name=_("被查询人")
    )
    #: The code that was asked for, a natural person's number masked; also when nobody has it.
    asked_for = models.CharField(_("所查代码"), max_length=30)
    #: Who gets to know it: the office itself, or whoever brought the authorisation.
    recipient = models.CharField(_("使用单位"), max_length=200, blank=True)
    purpose = models.CharField(_("用途"), max_length=300, blank=True)

    authorised_by = models.CharField(_("授权人"), max_length=100, blank=True)
    authorised_on = models.DateField(_("授权日期"), null=True, blank=True)
    basis_title = models.CharField(_("法律依据"), max_length=200, blank=True)
    basis_article = models.CharField(_("条款"), max_length=100, blank=True)
    proof = models.FileField(_("授权书"), upload_to="queries/%Y/%m", blank=True)
    proof_name = models.CharField(_("文件名"), max_length=200, blank=True)
    proof_type = models.CharField(_("类型"), max_length=100, blank=True)
    proof_sha256 = models.CharField(_("文件摘要"), max_length=64, blank=True)

    #: What was shown, frozen: :func:`records.enquiries.statement.lines_of`.
    shown = models.JSONField(_("所示内容"), default=list)

    released_at = models.DateTimeField(_("销去内容的时间"), null=True, blank=True)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    release_decision = models.CharField(_("销去的决定"), max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="records_query_kind_known", condition=Q(kind__in=["own", "authorised", "statutory"])
            ),
            models.CheckConstraint(
                name="records_query_authorised",
                condition=~Q(kind="authorised")
                | Q(released_at__isnull=False)
                | (~Q(authorised_by="") & Q(authorised_on__isnull=False) & ~Q(proof_sha256="")),
            ),
            models.CheckConstraint(
                name="records_query_statutory",
                condition=~Q(kind="statutory") | (~Q(basis_title="") & ~Q(basis_article="")),
            ),
            models.CheckConstraint(
                name="records_query_purpose",
                condition=Q(kind="own") | Q(released_at__isnull=False) | ~Q(purpose=""),
            ),
        ]
        indexes = [
            models.Index(fields=["-asked_at"], name="records_query_when"),
            models.Index(fields=["subject", "-asked_at"], name="records_query_about"),
        ]
        ordering = ["-asked_at", "-id"]
        verbose_name = _("查询记录")
        verbose_name_plural = _("查询记录")

    def __str__(self):
        return f"{self.asked_at:%Y-%m-%d} {self.asked_for}"

    @property
    def is_released(self) -> bool:
        return self.released_at is not None

    def digest(self) -> str:
        """Return the SHA-256 (hex) of all that was written down when the query was made, as the journal has it."""
        said = {name: getattr(self, name) for name in PARTICULARS}
        text = json.dumps(said, cls=DjangoJSONEncoder, ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


#: What a query is made of; afterwards none of it changes but by a release.
PARTICULARS = (
    *("kind", "asked_by_id", "office_id", "asked_at", "subject_id", "asked_for", "recipient", "purpose"),
    *("authorised_by", "authorised_on", "basis_title", "basis_article", "proof_name", "proof_sha256", "shown"),
)
