"""Who is who: subjects, authorities, the people who act for them, and machines' tokens."""

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import ConcurrentTransitionMixin, FSMField, FSMModelMixin, transition
from simple_history.models import HistoricalRecords

from parties.identity import mask


class Authority(models.Model):
    """机关: an authority that determines records, provides data, or leads the district's credit work."""

    name = models.CharField(_("名称"), max_length=200, unique=True)
    short_name = models.CharField(_("简称"), max_length=60, blank=True)
    code = models.CharField(_("统一社会信用代码"), max_length=18, unique=True, null=True, blank=True)
    #: 机关代字, the stem of its notice numbers, such as 青信修.
    notice_prefix = models.CharField(_("机关代字"), max_length=20, blank=True)
    phone = models.CharField(_("电话"), max_length=60, blank=True)
    address = models.CharField(_("地址"), max_length=200, blank=True)
    #: Remedies name two bodies: who reviews and which court hears a case against this authority.
    review_body = models.CharField(_("复议机关"), max_length=200, blank=True)
    court = models.CharField(_("管辖法院"), max_length=200, blank=True)
    is_lead = models.BooleanField(_("信用主管部门"), default=False)
    #: Its officers work in this system. An authority known only from a file is not online; the lead office acts.
    is_online = models.BooleanField(_("已入驻"), default=False)
    history = HistoricalRecords()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["is_lead"],
                condition=Q(is_lead=True),
                name="parties_one_lead_authority",
                violation_error_message=_("信用主管部门只能有一个。"),
            ),
        ]
        verbose_name = _("机关")
        verbose_name_plural = _("机关")

    def __str__(self):
        return self.name


class Subject(models.Model):
    """信用主体: whom records are about. Identified by a code or number, never by a name."""

    class Kind(models.TextChoices):
        ENTITY = "entity", _("法人及非法人组织")
        BUSINESS = "business", _("个体工商户")
        PERSON = "person", _("自然人")

    kind = models.CharField(_("类别"), max_length=10, choices=Kind)
    name = models.CharField(_("名称"), max_length=200)
    #: 统一社会信用代码 (GB 32100), for entities and businesses.
    code = models.CharField(_("统一社会信用代码"), max_length=18, unique=True, null=True, blank=True)
    #: Resident ID (GB 11643) of a natural person. Leaves the database only masked.
    identity_number = models.CharField(_("证件号码"), max_length=30, unique=True, null=True, blank=True)
    legal_representative = models.CharField(_("法定代表人"), max_length=60, blank=True)
    address = models.CharField(_("地址"), max_length=200, blank=True)
    phone = models.CharField(_("电话"), max_length=60, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="parties_subject_identified",
                condition=(
                    Q(kind="person", identity_number__isnull=False, code__isnull=True)
                    | (Q(kind__in=["entity", "business"]) & Q(code__isnull=False, identity_number__isnull=True))
                ),
                violation_error_message=_("自然人填写证件号码，其他主体填写统一社会信用代码，二者只填其一。"),
            )
        ]
        indexes = [models.Index(fields=["name"], name="parties_subject_name")]
        verbose_name = _("信用主体")
        verbose_name_plural = _("信用主体")

    def __str__(self):
        return self.name

    @property
    def is_person(self) -> bool:
        return self.kind == self.Kind.PERSON

    @property
    def shown_code(self) -> str:
        """The code of an entity; a person's number with its middle hidden."""
        return self.code or mask(self.identity_number or "")


class PersonManager(UserManager):
    """Makes accounts; a superuser is an administrator."""

    def create_superuser(self, username, email=None, password=None, **extra_fields):
        extra_fields.setdefault("role", User.Role.ADMINISTRATOR)
        return super().create_superuser(username, email, password, **extra_fields)


class User(AbstractUser):
    """Somebody, or some platform, that signs in. Never deleted: deactivated (``is_active``)."""

    class Role(models.TextChoices):
        ENTERPRISE = "enterprise", _("信用主体")
        OFFICER = "officer", _("认定单位经办人")
        APPROVER = "approver", _("信用主管部门审批人")
        AUDITOR = "auditor", _("审计员")
        ADMINISTRATOR = "administrator", _("系统管理员")
        PLATFORM = "platform", _("平台")

    STAFF_ROLES = (Role.OFFICER, Role.APPROVER, Role.AUDITOR, Role.ADMINISTRATOR)

    full_name = models.CharField(_("姓名"), max_length=60, blank=True)
    role = models.CharField(_("角色"), max_length=20, choices=Role, default=Role.ENTERPRISE)
    authority = models.ForeignKey(
        Authority, on_delete=models.PROTECT, null=True, blank=True, related_name="officers", verbose_name=_("所属机关")
    )
    phone = models.CharField(_("电话"), max_length=60, blank=True)

    objects = PersonManager()

    class Meta(AbstractUser.Meta):
        constraints = [
            models.CheckConstraint(
                name="parties_officers_have_an_authority",
                condition=~Q(role__in=["officer", "approver"]) | Q(authority__isnull=False),
                violation_error_message=_("经办人和审批人要选择所属机关。"),
            ),
            models.CheckConstraint(
                name="parties_role_known",
                condition=Q(role__in=["enterprise", "officer", "approver", "auditor", "administrator", "platform"]),
            ),
        ]

    def __str__(self):
        return self.full_name or self.username

    @property
    def works_here(self) -> bool:
        """One of the office's own people, of whatever role."""
        return self.role in self.STAFF_ROLES


class Agency(models.Model):
    """Who may act for a subject: its own clerk, or an agent with a 授权委托书."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="agencies", verbose_name=_("账号"))
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="agencies", verbose_name=_("信用主体"))
    title = models.CharField(_("身份"), max_length=60, default="经办人")
    active = models.BooleanField(_("有效"), default=True)
    history = HistoricalRecords()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "subject"], name="parties_agency_once")]
        verbose_name = _("代理关系")
        verbose_name_plural = _("代理关系")

    def __str__(self):
        return f"{self.user} / {self.subject}"


class Checked(ConcurrentTransitionMixin, FSMModelMixin, models.Model):
    """校核纠错: something about an identity that one person proposes, another checks, and that then holds."""

    class Status(models.TextChoices):
        PROPOSED = "proposed", _("待核对")
        CHECKED = "checked", _("已核对，待启用")
        APPLIED = "applied", _("已启用")
        REJECTED = "rejected", _("不采纳")

    #: Not decided yet.
    OPEN = (Status.PROPOSED, Status.CHECKED)

    status = FSMField(_("状态"), default=Status.PROPOSED, choices=Status.choices, protected=True)
    #: What the proposal rests on: a licence, a register, a letter.
    grounds = models.CharField(_("依据"), max_length=500)
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("提出人"))
    proposed_at = models.DateTimeField(_("提出时间"), auto_now_add=True)
    checked_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("核对人")
    )
    checked_at = models.DateTimeField(_("核对时间"), null=True, blank=True)
    #: What the checker compared it with, or why it was rejected.
    finding = models.CharField(_("核对意见"), max_length=500, blank=True)
    applied_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("启用人")
    )
    applied_at = models.DateTimeField(_("启用时间"), null=True, blank=True)

    class Meta:
        abstract = True

    @transition(field=status, source=Status.PROPOSED, target=Status.CHECKED)
    def check_off(self, by, at, finding: str):
        """核对: somebody else than the proposer found it right."""
        self.checked_by, self.checked_at, self.finding = by, at, finding

    @transition(field=status, source=Status.CHECKED, target=Status.APPLIED)
    def apply(self, by, at):
        """启用: from now on it holds."""
        self.applied_by, self.applied_at = by, at

    @transition(field=status, source=list(OPEN), target=Status.REJECTED)
    def reject(self, by, at, finding: str):
        """不采纳; or the proposer takes it back, which nobody checked."""
        self.checked_by = None if by.pk == self.proposed_by_id else by
        self.checked_at, self.finding = at, finding


def checked_constraints(prefix: str) -> list[models.BaseConstraint]:
    """Return what the database itself holds of 校核纠错: two different people, and nothing applied unchecked."""
    return [
        models.CheckConstraint(
            name=f"{prefix}_two_people",
            condition=Q(checked_by__isnull=True) | ~Q(checked_by=F("proposed_by")),
            violation_error_message=_("提出人和核对人不能是同一个人。"),
        ),
        models.CheckConstraint(
            name=f"{prefix}_applied_is_checked",
            condition=~Q(status__in=["checked", "applied"]) | Q(checked_by__isnull=False, checked_at__isnull=False),
        ),
        models.CheckConstraint(
            name=f"{prefix}_status_known", condition=Q(status__in=["proposed", "checked", "applied", "rejected"])
        ),
    ]


class CodeMapping(Checked):
    """Which unified social credit code an older code (工商注册号, 组织机构代码, 税务登记号) became."""

    class OldKind(models.TextChoices):
        REGISTRATION = "registration", _("工商注册号")
        ORGANISATION = "organisation", _("组织机构代码")
        TAX = "tax", _("税务登记号")

    old_kind = models.CharField(_("旧代码种类"), max_length=12, choices=OldKind)
    #: Folded: half width, upper case, no blanks and hyphens.
    old_code = models.CharField(_("旧代码"), max_length=50)
    code = models.CharField(_("统一社会信用代码"), max_length=18)
    #: The name as the proposer read it; for people only, it identifies nobody.
    name = models.CharField(_("名称"), max_length=200, blank=True)

    class Meta:
        constraints = [
            *checked_constraints("parties_mapping"),
            models.UniqueConstraint(
                fields=["old_kind", "old_code"],
                condition=Q(status__in=["proposed", "checked", "applied"]),
                name="parties_mapping_once",
                violation_error_message=_("这个旧代码已经有一条对照。"),
            ),
            models.CheckConstraint(
                name="parties_mapping_kind_known", condition=Q(old_kind__in=["registration", "organisation", "tax"])
            ),
        ]
        ordering = ["-proposed_at", "-id"]
        verbose_name = _("代码对照")
        verbose_name_plural = _("代码对照")

    def __str__(self):
        return f"{self.get_old_kind_display()} {self.old_code} → {self.code}"


class SubjectCorrection(Checked):
    """纠错: a subject's registered name or code, corrected by two people. A file never does this by itself."""

    class Field(models.TextChoices):
        NAME = "name", _("名称")
        CODE = "code", _("统一社会信用代码")

    subject = models.ForeignKey(
        Subject, on_delete=models.PROTECT, related_name="identity_corrections", verbose_name=_("信用主体")
    )
    field = models.CharField(_("更正哪一项"), max_length=10, choices=Field)
    old_value = models.CharField(_("原值"), max_length=200)
    new_value = models.CharField(_("新值"), max_length=200)

    class Meta:
        constraints = [
            *checked_constraints("parties_correction"),
            models.UniqueConstraint(
                fields=["subject", "field"],
                condition=Q(status__in=["proposed", "checked"]),
                name="parties_correction_one_open",
                violation_error_message=_("这一项已有一条更正正在办理。"),
            ),
            models.CheckConstraint(name="parties_correction_field_known", condition=Q(field__in=["name", "code"])),
        ]
        ordering = ["-proposed_at", "-id"]
        verbose_name = _("主体信息更正")
        verbose_name_plural = _("主体信息更正")

    def __str__(self):
        return f"{self.subject} {self.get_field_display()} {self.old_value} → {self.new_value}"


class ApiToken(models.Model):
    """A machine's key. Only its SHA-256 is kept; the key itself is shown once."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="api_tokens", verbose_name=_("账号"))
    name = models.CharField(_("用途"), max_length=100)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(_("创建时间"), auto_now_add=True)
    last_used_at = models.DateTimeField(_("最近使用"), null=True, blank=True)
    active = models.BooleanField(_("有效"), default=True)

    class Meta:
        verbose_name = _("接口令牌")
        verbose_name_plural = _("接口令牌")

    def __str__(self):
        return self.name
