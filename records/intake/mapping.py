"""A row of (heading, cell) becomes a :class:`CanonicalRecord`: every cell read by what its field is."""

import re
from typing import Any

from django.utils.translation import gettext as _

from policy.sectors import Sector, from_text, hint
from records.canonical import CanonicalRecord, Change, Reason, split_categories
from records.intake.amounts import read_amount
from records.intake.cells import CellProblem, Text, as_written, lost_digits, read_text
from records.intake.dates import read_date
from records.intake.headings import AMOUNTS, SHIPPED, Heading, Headings, fold_heading
from records.intake.settling import join_categories, settle
from records.intake.source import Row
from records.intake.table import is_blank

DATES = ("decision_date", "valid_until", "conduct_ended")
#: Two columns of one row that say different things here leave it open who or what is meant.
IDENTIFYING = ("subject_code", "identity_number", "document_number", "decision_date", "authority_name")
#: 处罚类别 of 行政处罚法 Art. 9, to tell a category from a violation under an ambiguous heading.
CATEGORIES = (
    "警告",
    "通报批评",
    "罚款",
    "没收违法所得",
    "没收非法财物",
    "没收非法所得",
    "暂扣",
    "降低资质等级",
    "吊销",
) + ("限制开展生产经营", "责令停产停业", "责令关闭", "限制从业", "行政拘留")
_CATEGORY = re.compile("^(?:" + "|".join(CATEGORIES) + "|其他)")
_YES = ("是", "1", "y", "yes", "true")
_KINDS = (
    ("business", ("个体",)),
    ("person", ("自然人", "个人", "公民")),
    ("entity", ("法人", "企业", "单位", "组织", "公司", "机关", "社会团体")),
)


def map_row(row: Row, provider: str = "", headings: Headings = SHIPPED) -> CanonicalRecord:
    """Return the canonical record of one row. ``provider`` is the source named for the whole file, ``headings`` its
    alias table.

    Nothing is raised: what cannot be read stands in ``problems``, what was adjusted in ``changes``.
    """
    draft = CanonicalRecord()
    if row.problem is not None:
        draft.problems.append(row.problem)
    for name, cells in _by_field(row, headings).items():
        _read_field(draft, name, cells)
    settle(draft)
    if provider and not draft.data_provider:
        draft.data_provider = provider
    return draft


def _by_field(row: Row, headings: Headings) -> dict[str, list[tuple[str, Heading, Any]]]:
    """Collect the cells of each field; a heading with two meanings is decided by its cell."""
    found: dict[str, list[tuple[str, Heading, Any]]] = {}
    for text, cell in row.cells:
        heading = headings.find(text) if text else None
        if heading is None or is_blank(cell):
            continue
        name = heading.field
        if len(heading.fields) > 1:
            name = _decide(heading.fields, str(cell))
        if name:
            found.setdefault(name, []).append((text, heading, cell))
    return found


def _decide(fields: tuple[str, ...], cell: str) -> str:
    """``type`` is a category in one interface, the violation in another, and a mere figure in a third."""
    text = cell.strip()
    if text.isdigit():
        return ""
    if _CATEGORY.match(text) and "category" in fields:
        return "category"
    return next(name for name in fields if name != "category")


def _read_field(draft: CanonicalRecord, name: str, cells: list[tuple[str, Heading, Any]]) -> None:
    values: list[tuple[str, Any]] = []
    for text, heading, cell in cells:
        try:
            value, why = _read(name, heading, cell)
        except CellProblem as problem:
            cure = problem.cure or _("请更正后重新导入。")
            where = _("“%(heading)s”：%(text)s") % {"heading": text, "text": problem.text}
            draft.problems.append(Reason(problem.code, where, name, cure))
            continue
        if why:
            shown = _masked(name, as_written(cell))
            draft.changes.append(Change(name, shown, _masked(name, str(value if value is not None else "")), why))
        if value not in (None, ""):
            values.append((text, value))
    if not values:
        return
    if name == "category_more":
        draft.category = join_categories(draft.category, [value for _text, value in values])
        return
    if name == "category":
        _set_category(draft, values)
        return
    _check_same(draft, name, values)
    _set(draft, name, values[0][1])


def _read(name: str, heading: Heading, cell: Any) -> tuple[Any, str]:
    if isinstance(cell, Reason):
        raise CellProblem(cell.code, cell.text, cell.cure)
    if name in DATES:
        return read_date(cell)
    if name in AMOUNTS:
        return read_amount(cell, heading.unit or "元")
    if name in ("subject_code", "identity_number", "authority_code") and lost_digits(cell):
        raise CellProblem(
            "code_as_number",
            _("代码被表格软件存成了数字，末几位已经丢失。"),
            _("请把这一列设为文本格式，重新填写代码后导入。"),
        )
    text = read_text(cell)
    why = text.why
    if name == "subject_kind":
        return _kind(text)
    if name == "sector":
        return _sector(text)
    if name == "serious_list":
        return text.value.lower() in _YES, why
    return text.value, why


def _set(draft: CanonicalRecord, name: str, value: Any) -> None:
    if name == "severity_declared":
        draft.minor_declared = "轻微" in value
        return
    if name == "state_declared":
        _set_state(draft, value)
        return
    setattr(draft, name, value)


def _set_state(draft: CanonicalRecord, state: str) -> None:
    """当前状态 of the 2016 layout: 0 正常, 1 撤销, 2 异议, 3 其他. What was annulled does not become a record."""
    if state == "1" or "撤" in state:
        draft.problems.append(
            Reason(
                "annulled",
                _("“当前状态”写的是“%(state)s”（撤销），这一处罚已经撤销，不能再录入。") % {"state": state[:20]},
                "state_declared",
                _("不需要补救，请从报送文件中删去这一行；以前录入过的，请在“变更和撤销”里报告。"),
            )
        )
    elif state == "2" or "异议" in state:
        draft.warnings.append(
            Reason(
                "disputed",
                _("“当前状态”写的是“%(state)s”（异议），来源单位正在核查。") % {"state": state[:20]},
                "state_declared",
                _("记录照常录入。请留意核查结果，有变更的及时更正。"),
            )
        )


def _set_category(draft: CanonicalRecord, values: list[tuple[str, str]]) -> None:
    """Put the categories together; references like 其他（见处罚类别2） give way to what they point to."""
    parts = [part for _text, value in values for part in split_categories(value)]
    pointing = [part for part in parts if re.search(r"见处罚类别", part)]
    kept = [part for part in parts if part not in pointing]
    if pointing:
        why = _("“见处罚类别2”只是指向另一列，按那一列登记")
        draft.changes.append(Change("category", ";".join(pointing), "", why))
    draft.category = join_categories(draft.category, kept)


def _check_same(draft: CanonicalRecord, name: str, values: list[tuple[str, Any]]) -> None:
    """Several columns may mean one field. Where they disagree, what identifies is refused, the rest is said."""
    first_heading, first = values[0]
    for heading, other in values[1:]:
        if _squeeze(other) == _squeeze(first):
            continue
        if name in IDENTIFYING:
            draft.problems.append(
                Reason(
                    "columns_disagree",
                    _("“%(one)s”和“%(two)s”两列内容不同，无法确定以哪一列为准。")
                    % {"one": first_heading, "two": heading},
                    name,
                    _("请只保留正确的一列，或者让两列一致。"),
                )
            )
            return
        draft.changes.append(
            Change(
                name,
                _masked(name, str(other)),
                _masked(name, str(first)),
                _("“%(one)s”和“%(two)s”两列都有内容，取前一列") % {"one": first_heading, "two": heading},
            )
        )
        if name in AMOUNTS or fold_heading(heading) == fold_heading(first_heading):
            draft.warnings.append(
                Reason(
                    "columns_disagree",
                    _("“%(one)s”和“%(two)s”两列内容不同，取了前一列的“%(first)s”，没有用“%(other)s”。")
                    % {"one": first_heading, "two": heading, "first": str(first)[:40], "other": str(other)[:40]},
                    name,
                    _("请对照决定书核对；如果后一列才对，请删去前一列后重新导入，差异会作为拟更正提出。"),
                )
            )


def _squeeze(value: Any) -> str:
    return "".join(str(value).split()).upper()


def _kind(text: Text) -> tuple[str, str]:
    if text.value in ("entity", "business", "person"):
        return text.value, text.why
    if text.value.startswith("非自然人"):
        return "entity", text.why
    for kind, words in _KINDS:
        if any(word in text.value for word in words):
            return kind, text.why
    return "", _("看不懂的类别，改由代码判断") if text.value else text.why


def _sector(text: Text) -> tuple[str, str]:
    """Return the sector's code: files write the code, a name that holds it (市场监管领域) or an authority's."""
    if text.value in Sector.values or not text.value:
        return text.value, text.why
    if code := from_text(text.value):
        return code, _("按领域名称换成代码")
    if hinted := hint(text.value):
        return hinted.code, hinted.because
    return "", _("不在领域目录里，按未写明处理")


def _masked(name: str, text: str) -> str:
    """What is shown of a cell: a natural person's number never in full."""
    if name == "identity_number" and len(text) > 8:
        return f"{text[:4]}{'*' * (len(text) - 8)}{text[-4:]}"
    return text[:200]
