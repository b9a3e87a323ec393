"""How notices write dates, degrees and bases. Formal Chinese, whatever the reader's language."""

from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from django import template

register = template.Library()

_SEVERITIES = {
    "minor": "轻微失信信息",
    "轻微": "轻微失信信息",
    "general": "一般失信信息",
    "一般": "一般失信信息",
    "serious": "严重失信信息",
    "严重": "严重失信信息",
}


@register.filter
def cn_date(value) -> str:
    """Return ``2026年4月9日`` for an ISO date (text or ``date``), no zero-padding; other text unchanged."""
    if isinstance(value, date):
        day = value
    else:
        try:
            day = date.fromisoformat(str(value or "")[:10])
        except ValueError:
            return str(value or "")
    return f"{day.year}年{day.month}月{day.day}日"


@register.filter
def cn_moment(value) -> str:
    """Return ``2026年4月9日9时05分`` for an ISO moment, its own clock; other text unchanged."""
    try:
        moment = datetime.fromisoformat(str(value or ""))
    except ValueError:
        return str(value or "")
    return f"{cn_date(moment.date())}{moment.hour}时{moment.minute:02}分"


@register.filter
def severity_text(value) -> str:
    """Return the degree in words, from its code or its label; another text unchanged."""
    return _SEVERITIES.get(str(value), str(value or ""))


@register.filter
def basis(item) -> str:
    """Return ``《title》article`` of a reason or explanation, or nothing."""
    title = str((item or {}).get("title") or "").strip("《》")
    if not title:
        return ""
    return f"《{title}》{(item or {}).get('article') or ''}"


@register.filter
def sentence(value) -> str:
    """Return the text ending in exactly one full stop."""
    text = str(value or "").strip()
    return text if not text or text[-1] in "。！？；：…." else f"{text}。"


@register.filter
def clause(value) -> str:
    """Return the text without its full stop, for use inside a sentence."""
    return str(value or "").strip().rstrip("。；;，,. ")


@register.filter
def paragraphs(value) -> list[str]:
    """Return the non-empty lines of a free text."""
    return [line.strip() for line in str(value or "").splitlines() if line.strip()]


@register.filter
def bases(items) -> list[str]:
    """Return the bases of a list of explanations, each once, in order."""
    return list(dict.fromkeys(text for item in items or [] if (text := basis(item))))


@register.filter
def value_text(value, field: str) -> str:
    """Return a field's stored value as a document writes it: ``20,000.00元``, ``2026年4月9日``, other text unchanged."""
    text = str(value or "")
    if field in ("fine_amount", "confiscated_amount"):
        try:
            return f"{Decimal(text):,.2f}元"
        except InvalidOperation:
            return text
    return cn_date(text) if field in ("decision_date", "valid_until") else text


_GROUNDS = {
    "wrong": "信息错误",
    "omitted": "信息遗漏",
    "duplicate": "重复公示",
    "not_public": "不应公示",
    "overdue": "超期公示",
    "annulled": "原决定已撤销或者变更",
    "privacy": "侵犯商业秘密或者隐私",
}
_FIELDS = {
    "subject_name": "当事人名称",
    "document_number": "决定文书号",
    "category": "处罚类别",
    "violation_type": "违法行为类型",
    "facts": "违法事实",
    "legal_basis": "处罚依据",
    "content": "处罚内容",
    "fine_amount": "罚款金额",
    "confiscated_amount": "没收金额",
    "licence": "暂扣或者吊销证照",
    "decision_date": "决定日期",
    "valid_until": "处罚有效期",
}


@register.filter
def ground_text(value) -> str:
    """Return the ground of an objection in words; a text that is already in words unchanged."""
    return _GROUNDS.get(str(value), str(value or ""))


@register.filter
def field_text(value) -> str:
    """Return the disputed field's name in words; a text that is already in words unchanged."""
    return _FIELDS.get(str(value), str(value or ""))
