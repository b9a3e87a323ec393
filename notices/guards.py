"""Who may read, receive, retry and revoke a notice. Asked by pages, files, buttons and the interface alike."""

from django.utils import timezone
from django.utils.translation import gettext as _

from notices.models import Notice, ProofOfService
from parties.guards import acts_for
from parties.models import User
from policy.dates import say_short
from policy.verdict import YES, Verdict, no


def can_read(actor, notice: Notice) -> Verdict:
    """The addressee's people; the office that issued it or made the record it is about; auditor, administrator."""
    if not _signed_in(actor):
        return no("signed_out", _("请先登录再查看文书。"), _("手中有文书的，可以在“文书核验”页凭文号和校验码核验。"))
    if acts_for(actor, notice.addressee):
        return YES
    if actor.role in (User.Role.AUDITOR, User.Role.ADMINISTRATOR):
        return YES
    if actor.role in (User.Role.OFFICER, User.Role.APPROVER) and _of_this_office(actor, notice):
        return YES
    return no("not_yours", _("这份文书不是发给您的，也不由您的单位办理。"), _("请换用有权限的账号登录。"))


def can_be_served(actor, notice: Notice) -> Verdict:
    """Opening counts as service when somebody who acts for the addressee opens a finished, valid notice."""
    if not _signed_in(actor) or not acts_for(actor, notice.addressee):
        return no("not_the_addressee", _("只有受送达人的经办人打开文书才算送达。"))
    if notice.is_revoked:
        return no("revoked", _("文书已撤销，不再送达。"))
    if not notice.is_rendered:
        return no("not_rendered", _("文书正在生成，还不能送达。"), _("请稍后再打开。"))
    return YES


def can_retry(actor, notice: Notice) -> Verdict:
    """The issuing office or an administrator may start a rendering again that failed or waits after an error."""
    if not _signed_in(actor) or not (
        actor.role == User.Role.ADMINISTRATOR
        or (actor.role in (User.Role.OFFICER, User.Role.APPROVER) and _of_this_office(actor, notice))
    ):
        return no("not_your_office", _("只有制发机关的人员或系统管理员可以重新生成文书。"))
    if notice.rendering == Notice.Rendering.RENDERED or not notice.last_error:
        return no("not_failed", _("这份文书没有生成失败，不需要重试。"))
    if notice.leased_until and notice.leased_until > timezone.now():
        return no("at_work", _("这份文书正在生成。"), _("请过几分钟再看。"))
    return YES


def can_revoke(actor, notice: Notice) -> Verdict:
    """An approver of the issuing or the lead authority, or an administrator, while the notice is valid."""
    if not _signed_in(actor) or not (
        actor.role == User.Role.ADMINISTRATOR
        or (actor.role == User.Role.APPROVER and (actor.authority.is_lead or actor.authority_id == notice.issuer_id))
    ):
        return no("not_an_approver", _("只有信用主管部门审批人或系统管理员可以撤销文书。"))
    if notice.is_revoked:
        return no("already_revoked", _("这份文书已经撤销，不能再撤销一次。"))
    return YES


def can_recall(actor, notice: Notice) -> Verdict:
    """The issuing office (officers too) or an administrator, as long as nobody has received the notice.

    ``None`` as actor is the system itself. What has been served can only be revoked, by an approver.
    """
    if actor is not None and not (
        _signed_in(actor)
        and (
            actor.role == User.Role.ADMINISTRATOR
            or (actor.role in (User.Role.OFFICER, User.Role.APPROVER) and _of_this_office(actor, notice))
        )
    ):
        return no("not_your_office", _("只有制发机关的人员或系统管理员可以收回未送达的文书。"))
    if notice.is_revoked:
        return no("already_revoked", _("这份文书已经撤销，不能再撤销一次。"))
    proof = ProofOfService.objects.filter(notice=notice).first()
    if proof is not None:
        moment = timezone.localtime(proof.served_at)
        return no(
            "served",
            _("“%(number)s”已由%(who)s于%(day)s %(time)s签收（送达）。")
            % {
                "number": notice.number,
                "who": proof.received_by_name,
                "day": say_short(moment.date()),
                "time": f"{moment:%H:%M}",
            },
            _("已送达的文书不能收回；确有错误的，请信用主管部门审批人撤销。"),
        )
    return YES


def _signed_in(actor) -> bool:
    return actor is not None and actor.is_authenticated and actor.is_active


def _of_this_office(actor: User, notice: Notice) -> bool:
    """Issued by or at the wish of the actor's authority, about its record, or the actor works at the lead authority."""
    authority = actor.authority
    if (notice.facts.get("statement") or {}).get("office") == authority.name:
        return True
    record = notice.facts.get("record") or {}
    return authority.is_lead or authority.pk == notice.issuer_id or record.get("authority") == authority.name
