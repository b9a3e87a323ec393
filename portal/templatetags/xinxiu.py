"""What templates of every room use: dates and statuses in words, form fields, copyable numbers.

The list with parameters is templates/README.md.
"""

import json
from datetime import date, datetime
from typing import Any

from django import template
from django.db.models import Model
from django.forms import BoundField, widgets
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from parties.identity import mask_in
from policy import naming
from portal import wording
from portal.publicity_line import draw_line

register = template.Library()

#: Colour of a tag by status code. The word says it; the colour only repeats it.
STATUS_TONES = {
    # records
    "registered": "blue",
    "publicised": "amber",
    "withheld": "grey",
    "repaired": "green",
    "expired": "grey",
    "revoked": "grey",
    # cases
    "draft": "grey",
    "submitted": "blue",
    "supplement_requested": "amber",
    "accepted": "blue",
    "recommended": "blue",
    "declined": "grey",
    "withdrawn": "grey",
    "ended": "grey",
    "approved": "green",
    "refused": "grey",
    "upheld": "green",
    "dismissed": "grey",
    "granted": "green",
    "not_granted": "grey",
    # explanations and upstream changes
    "live": "green",
    "reported": "amber",
    # notices and deliveries
    "issued": "green",
    "pending": "blue",
    "rendered": "green",
    "failed": "amber",
    "delivered": "amber",
    "confirmed": "green",
    "superseded": "grey",
    # intake
    "running": "blue",
    "finished": "green",
    "taken": "green",
    "known": "grey",
    "corrected": "blue",
    "waiting": "amber",
    "dropped": "grey",
    "undoing": "blue",
    "undone": "grey",
    # 校核纠错
    "proposed": "amber",
    "checked": "blue",
    "applied": "green",
    "rejected": "grey",
    # findings
    "standing": "amber",
    "lifting": "amber",
    "lifted": "grey",
    # severity
    "minor": "grey",
    "general": "amber",
    "serious": "amber",
}


@register.simple_tag
def chinese_date(value: date | datetime | str | None, weekday: bool = True) -> str:
    """``{% chinese_date record.decision_date %}``: 2026年11月27日 星期五; ``weekday=False`` leaves the weekday out."""
    return wording.day_in_words(value, weekday=weekday)


@register.filter
def day(value) -> str:
    """``{{ record.decision_date|day }}``: 2026年11月27日, for lists and inside sentences."""
    return wording.day_in_words(value, weekday=False)


@register.filter
def moment(value) -> str:
    """``{{ step.at|moment }}``: 2026年11月27日 14:05."""
    return wording.moment_in_words(value)


@register.simple_tag
def days_left(days: int | None) -> str:
    """``{% days_left clock.days_left %}``: 还剩 4 个工作日 / 今天到期 / 已超期 2 个工作日 (seal red)."""
    if days is None:
        return ""
    tone = " xx-days--late" if days < 0 else " xx-days--today" if days == 0 else ""
    return format_html('<span class="xx-days{}">{}</span>', tone, wording.days_left_in_words(days))


@register.simple_tag
def tag(text: str, tone: str = "blue") -> str:
    """``{% tag "已超期" "seal" %}``: a tag; tones blue, green, grey, amber, seal."""
    return format_html('<strong class="govuk-tag xx-tag--{}">{}</strong>', tone, text)


@register.simple_tag
def status_tag(thing: Model, field: str = "status") -> str:
    """``{% status_tag case %}`` or ``{% status_tag notice "rendering" %}``: the field's own word as a tag."""
    word = getattr(thing, f"get_{field}_display")()
    return tag(word, STATUS_TONES.get(getattr(thing, field), "blue"))


@register.simple_tag
def copyable(value: Any, size: str = "", name: str = "") -> str:
    """``{% copyable notice.number "large" "文号" %}``: a number to read out or copy; a script adds a copy button.

    ``size`` is empty, ``small`` or ``large``; ``name`` says what is copied, for the button's label.
    """
    if value in (None, ""):
        return ""
    css = f" xx-number--{size}" if size else ""
    label = _("复制%(name)s") % {"name": name} if name else _("复制")
    return format_html(
        '<code class="xx-number{}" data-copy="{}" data-copied="{}">{}</code>', css, label, _("已复制"), value
    )


@register.simple_tag
def publicity_line(record: Model, today: date | None = None) -> SafeString:
    """``{% publicity_line record %}``: decision, first day to apply and automatic stop on a line with today on it."""
    return draw_line(
        start=record.publicity_from or record.decision_date,
        earliest=record.earliest_application,
        until=record.publicity_until,
        removed=wording.as_day(record.removed_at),
        today=today or timezone.localdate(),
    )


@register.filter
def citation(basis) -> str:
    """``{{ condition.basis|citation }}``: 《…》第…条; takes a Basis, or a dict with ``title`` and ``article``."""
    if isinstance(basis, dict):
        return wording.citation(basis.get("title") or "", basis.get("article") or "")
    return wording.citation(basis.title, basis.article)


@register.filter
def rule_in_words(rule) -> str:
    """``{{ rule|rule_in_words }}``: 受理期限：3 个工作日; a rule that is a list only by its name."""
    name = naming.name_of(rule.key)
    return name if isinstance(rule.value, list | dict) else f"{name}{_('：')}{naming.in_words(rule.value, rule.unit)}"


@register.filter
def rule_citation(rule) -> str:
    """``{{ rule|rule_citation }}``: 《…》第…条 of a row of the rule tables."""
    return wording.citation(rule.basis_title, rule.basis_article)


@register.filter
def masked(text) -> str:
    """``{{ record.facts|masked|linebreaksbr }}``: free text without anybody's identity or mobile number in it."""
    return mask_in(str(text or ""))


@register.filter
def yuan(value) -> str:
    """``{{ record.fine_amount|yuan }}``: 12,000.00 元."""
    if value in (None, ""):
        return ""
    return _("%(amount)s 元") % {"amount": f"{value:,.2f}"}


@register.filter
def waits_for_time(eligibility) -> bool:
    """Whether nothing but time (and what is gathered while applying) stands in the way."""
    return (
        not eligibility.can_apply
        and eligibility.earliest > timezone.localdate()
        and not any(not condition.met and condition.needs == "office" for condition in eligibility.conditions)
    )


@register.filter
def sync_words(line) -> SafeString:
    """``{{ line|sync_words }}``: what a platform has done, as a tag; overdue in seal red."""
    if line.status == "confirmed":
        removes = line.event_type.rsplit(".", 1)[-1] in ("removed", "revoked")
        return tag(_("已确认撤下") if removes else _("已确认"), "green")
    if line.overdue:
        return tag(_("超期未确认"), "seal")
    if line.status == "failed":
        return tag(_("没有送到"), "amber")
    if line.retrying:
        return tag(_("平台暂未应答，系统会继续发送"), "amber")
    return tag(_("等待确认") if line.told_at else _("正在发送"), "blue")


@register.filter
def pretty_json(value: Any) -> str:
    """``{{ entry.data|pretty_json }}``: indented, in characters rather than escapes."""
    return json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True)


# --- Form fields -----------------------------------------------------------------------------------------


@register.filter
def field_kind(field: BoundField) -> str:
    """Which block of forms/field.html draws the field."""
    widget = field.field.widget
    if field.is_hidden:
        return "hidden"
    if isinstance(widget, widgets.CheckboxSelectMultiple):  # a RadioSelect too, so asked first
        return "checkboxes"
    if isinstance(widget, widgets.RadioSelect):
        return "radios"
    if isinstance(widget, widgets.CheckboxInput):
        return "checkbox"
    return "single"


@register.filter
def has_hidden_errors(form) -> bool:
    """Whether something is wrong that nobody typed: the page was cut short or tampered with."""
    return any(field.errors for field in form.hidden_fields())


@register.filter
def first_id(field: BoundField) -> str:
    """The id an error message links to: the input, or the first choice of a group."""
    if field_kind(field) in ("radios", "checkboxes"):
        return next((choice.id_for_label for choice in field), field.auto_id)
    return field.id_for_label or field.auto_id


@register.filter
def choice_hint(field: BoundField, value) -> str:
    """The hint under one choice, from ``form.fields[name].choice_hints = {value: text}``."""
    return getattr(field.field, "choice_hints", {}).get(value) or ""


@register.simple_tag
def control(field: BoundField) -> SafeString:
    """Draw the bare input of a field with our classes and its description for screen readers."""
    widget = field.field.widget
    widget.attrs.pop("placeholder", None)  # the label says it, and stays
    attributes: dict[str, Any] = {}
    described = [f"{field.auto_id}_helptext"] if field.help_text else []
    if field.errors:
        described.append(f"{field.auto_id}_error")
        attributes["aria-invalid"] = "true"
    if described:
        attributes["aria-describedby"] = " ".join(described)
    base = "govuk-input"
    if isinstance(widget, widgets.Textarea):
        base = "govuk-textarea"
        attributes["rows"] = widget.attrs.get("rows", 5) if widget.attrs.get("rows") != "10" else 5
    elif isinstance(widget, widgets.SelectMultiple | widgets.Select):
        base = "govuk-select"
    elif isinstance(widget, widgets.FileInput):
        base = "govuk-file-upload"
    elif isinstance(widget, widgets.CheckboxInput):
        base = "govuk-checkboxes__input"
    elif isinstance(widget, widgets.DateInput):
        widget.format = "%Y-%m-%d"
        widget.input_type = attributes["type"] = "date"
        base += " xx-input--date"
    error = f" {base.split()[0]}--error" if field.errors and "checkboxes" not in base else ""
    attributes["class"] = " ".join(filter(None, [base + error, widget.attrs.get("class", "")]))
    return field.as_widget(attrs=attributes)
