"""先提醒、后记录: ask a person to put a matter right, and note that it was put right."""

import datetime as dt

from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from journal import actions as journal
from notices.actions import issue
from notices.models import Notice
from parties.identity import check_identity_number
from parties.models import Authority, Subject, User
from parties.queries import lead_authority
from policy.rulebook import RuleBook, RuleValue
from policy.verdict import Refused, no
from policy.workdays import WorkCalendar, due_after_days
from records.actions.common import ask
from records.documents import document_key, looks_impossible
from records.facts import FORMAL_LANGUAGE
from records.intake.prior import RULE, sector_reminded_first
from records.life import guards
from records.life.models import PriorReminder

#: The rule that says how long a person has.
TERM = "overdue.reminder_days"


def remind_first(
    actor: User | None,
    authority: Authority,
    *,
    name: str,
    identity_number: str,
    document_number: str,
    matter: str,
    earlier: dt.date | None = None,
    means: str = "",
) -> PriorReminder:
    """Remind a person before a record: issue the 提醒函, or note an earlier reminder by other means; return it.

    ``earlier`` is the Beijing day of a reminder that the authority gave itself; without it our letter is the reminder
    and its day starts the term. A person who is known already keeps the name that is known.

    Raises:
        Refused: not this person's to do, a number or a day that cannot be, or reminded already (409).
    """
    with journal.journalled():
        ask(guards.can_remind(actor, authority), status=403)
        number = check_identity_number(identity_number)
        if not number.valid:
            raise Refused(no("identity", " ".join(str(reason.text) for reason in number.reasons)), status=422)
        if looks_impossible(document_number):
            raise Refused(no("document_number", _("请填写事项编号，例如：某图借〔2026〕12号。")), status=422)
        today = timezone.localdate()
        if earlier is not None and earlier > today:
            raise Refused(no("future", _("已经作过的提醒，日期不能晚于今天。")), status=422)
        if earlier is not None and not means.strip():
            raise Refused(no("no_means", _("请写明当时是怎样提醒的，例如短信。")), status=422)
        sector = sector_reminded_first(authority.name, document_number)
        term = RuleBook.load(today).value(TERM, sector)
        day = earlier or today
        subject, _created = Subject.objects.get_or_create(
            identity_number=number.normalised, defaults={"kind": Subject.Kind.PERSON, "name": name.strip()}
        )
        reminder = _create(
            authority=authority,
            subject=subject,
            sector=sector,
            document_number=document_number.strip(),
            document_key=document_key(document_number),
            matter=matter.strip(),
            reminded_on=day,
            means=means.strip() if earlier else "",
            respond_by=due_after_days(day, int(term.value), WorkCalendar.load()).date,
            entered_by=actor,
            entered_at=timezone.now(),
        )
        data = {"document_number": reminder.document_number, "respond_by": reminder.respond_by, "means": reminder.means}
        if earlier is None:
            data["notice"] = _issue(reminder, actor, term).number
        journal.append(actor, "records.remind_first", reminder, data)
        return reminder


def rules_under(authority: Authority) -> list[int]:
    """Return the ids of the rules on which a 提醒函 of this authority would rest today; none if it does not remind."""
    sector, book = sector_reminded_first(authority.name), RuleBook.load(timezone.localdate())
    if not sector:
        return []
    return [value.rule_id for key in (RULE, TERM) if (value := book.value(key, sector)).rule_id]


def note_corrected(actor: User, reminder: PriorReminder) -> PriorReminder:
    """已改正: the matter was put right; it does not become a record any more.

    Raises:
        Refused: not this person's office, or noted already (409).
    """
    with journal.journalled():
        reminder = PriorReminder.objects.select_for_update().get(pk=reminder.pk)
        verdict = guards.can_note_corrected(actor, reminder)
        ask(verdict, status=409 if verdict.code in ("corrected", "recorded") else 403)
        reminder.correct(timezone.now())
        reminder.save()
        journal.append(actor, "records.note_corrected", reminder, {"document_number": reminder.document_number})
        return reminder


def _create(**values) -> PriorReminder:
    try:
        with transaction.atomic():
            return PriorReminder.objects.create(**values)
    except IntegrityError:
        raise Refused(no("reminded", _("这件事已经提醒过，不用再提醒。"), _("请核对事项编号。")), status=409) from None


def _issue(reminder: PriorReminder, actor: User | None, term: RuleValue) -> Notice:
    issuer = reminder.authority if reminder.authority.notice_prefix else lead_authority()
    rule = RuleBook.load(reminder.reminded_on).value(RULE, reminder.sector)
    with translation.override(FORMAL_LANGUAGE):
        text = _("经提醒仍不改正的，记入个人信用记录")
    because = [
        {"text": text, "title": rule.basis.title, "article": rule.basis.article, "verified": rule.basis.verified}
    ]
    return issue(
        kind=Notice.Kind.PRIOR_REMINDER,
        issuer=issuer,
        addressee=reminder.subject,
        thing=reminder,
        facts={
            "matter": {"document_number": reminder.document_number, "text": reminder.matter},
            "because": because,
            "due_on": reminder.respond_by,
        },
        actor=actor,
        rule_ids=[value.rule_id for value in (rule, term) if value.rule_id],
    )
