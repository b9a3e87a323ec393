"""A row's columns against each other: what the text of the decision (处罚内容) says of amounts and categories."""

import re
from decimal import Decimal

from django.utils.translation import gettext as _

from records.canonical import CanonicalRecord, Change, Reason, split_categories
from records.intake.amounts import amounts_in_text, disagree

#: What a decision's text says, by the category it means. Only used where a file gives no category.
_IN_CONTENT = (
    ("罚款", r"罚\s*[款金]"),
    ("没收违法所得", r"没收(?:违法|非法)所得|没收广告费"),
    ("没收非法财物", r"没收[^。；;，]{0,12}财物"),
    ("警告", r"警告"),
    ("通报批评", r"通报批评"),
    ("责令停产停业", r"责令停[产业]"),
    ("吊销许可证件", r"吊销"),
    ("暂扣许可证件", r"暂扣"),
    ("责令关闭", r"责令关闭"),
    ("限制从业", r"限制从业|禁止从业"),
    ("行政拘留", r"行政拘留"),
)
#: 处罚类别 as the 2016 layout has it -> the penalties it may mean, and how a text names each.
_FIGURES = {
    "0": (("警告", "警告"),),
    "1": (("罚款", "罚"),),
    "2": (("没收违法所得", "没收(?:违法|非法)所得"), ("没收非法财物", "没收[^。；;，]{0,12}财物")),
    "3": (("责令停产停业", "停产|停业"),),
    "4": (("暂扣许可证件", "暂扣"), ("吊销许可证件", "吊销")),
    "5": (("行政拘留", "拘留"),),
    "6": (("其他", "其他"),),
}
_WITHDRAWN = "4"


def settle(draft: CanonicalRecord) -> None:
    """Fill empty amounts and categories from the text, and warn where the two differ; all of it is said."""
    _amounts_from_text(draft)
    _category_from_figures(draft)
    _category_from_text(draft)


def join_categories(known: str, more: list[str]) -> str:
    """Return the 处罚类别 of several cells in one, each once."""
    return ";".join(
        dict.fromkeys([*split_categories(known), *(part for value in more for part in split_categories(value))])
    )


def _amounts_from_text(draft: CanonicalRecord) -> None:
    """Compare the amount columns with the text of the decision; fill empty ones from it."""
    if not draft.content:
        return
    named = amounts_in_text(draft.content)
    broken = {problem.field for problem in draft.problems}
    if "fine_amount" not in broken:
        _settle_amount(draft, "fine_amount", named.fine)
    if "confiscated_amount" not in broken:
        _settle_amount(draft, "confiscated_amount", named.confiscated)
    if named.both is not None and draft.fine_amount is None and draft.confiscated_amount is None:
        draft.fine_amount = named.both
        why = _("处罚内容只写了罚没合计，暂记为罚款金额")
        draft.changes.append(Change("fine_amount", "", str(named.both), why))


def _settle_amount(draft: CanonicalRecord, name: str, in_text: Decimal | None) -> None:
    given: Decimal | None = getattr(draft, name)
    if in_text is None:
        return
    if given is None:
        if in_text:
            setattr(draft, name, in_text)
            draft.changes.append(Change(name, "", str(in_text), _("金额一栏为空，取自处罚内容")))
        return
    if not disagree(given, in_text):
        return
    if given in (in_text * 10_000, in_text / 10_000):
        setattr(draft, name, in_text)
        draft.changes.append(
            Change(name, str(given), str(in_text), _("元、万元填反了：金额一栏与处罚内容正好差一万倍，以处罚内容为准"))
        )
    draft.warnings.append(
        Reason(
            "amount_differs_tenfold",
            _("金额一栏为 %(given)s 元，处罚内容写的是 %(text)s 元，相差十倍以上。")
            % {"given": f"{given:,.2f}", "text": f"{in_text:,.2f}"},
            name,
            _("双公示标准的金额以万元为单位。请对照决定书核对。"),
        )
    )


def _category_from_figures(draft: CanonicalRecord) -> None:
    """The 2016 layout writes the categories as figures; two of them stand for two penalties, which the text tells."""
    parts = split_categories(draft.category)
    figures = [part for part in parts if part in _FIGURES]
    if not figures:
        return
    meant = []
    for part in parts:
        named = [name for name, pattern in _FIGURES.get(part, ()) if re.search(pattern, draft.content)]
        if part not in _FIGURES:
            meant.append(part)
        elif named or part != _WITHDRAWN:
            meant += named or [name for name, _pattern in _FIGURES[part]]
        else:
            draft.problems.append(
                Reason(
                    "category_unclear",
                    _("处罚类别写的是代码 4，可能是暂扣，也可能是吊销，处罚内容里也没有写明。"),
                    "category",
                    _("请把处罚类别写成文字，例如：吊销许可证件。"),
                )
            )
    written, draft.category = draft.category, join_categories("", meant)
    draft.changes.append(Change("category", written, draft.category, _("由2016年标准的类别代码换成文字")))


def _category_from_text(draft: CanonicalRecord) -> None:
    """Read the categories from the text of the decision where the file gives none."""
    if draft.category or not draft.content:
        return
    found = [name for name, pattern in _IN_CONTENT if re.search(pattern, draft.content)]
    if not found and draft.fine_amount and re.fullmatch(r"[¥￥\d,.，\s万元]+", draft.content):
        found = ["罚款"]
    if found:
        draft.category = ";".join(found)
        draft.changes.append(Change("category", "", draft.category, _("处罚类别为空，取自处罚内容")))
