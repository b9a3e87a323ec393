"""Rule packs as plain values: what the files say, checked line by line, without a database."""

import datetime as dt
import hashlib
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from policy.rulebook import LEVELS, RuleRow
from policy.sectors import Sector
from policy.values import problem_with
from policy.verdict import Basis

FOLDER = Path(__file__).parent
#: Files in this folder that are not rule packs.
OTHER_FILES = {"holidays.toml", "reasons.toml", "sectors.toml"}
MARKS = ("V", "P", "R", "I")
RULE_FIELDS = {
    "key", "value", "unit", "basis", "article", "mark", "verified", "effective_from", "effective_until", "sectors",
    "note", "active",
}  # fmt: skip


class PackError(ValueError):
    """A file that does not say what it must; the message names file, entry and cure."""


@dataclass(frozen=True)
class PackRule:
    """One ``[[rule]]`` of a pack, with the pack's defaults filled in."""

    key: str
    value: Any
    unit: str
    basis_title: str
    basis_article: str
    mark: str
    verified: bool
    effective_from: dt.date
    effective_until: dt.date | None
    sectors: tuple[str, ...]
    note: str
    #: False: shipped switched off; an administrator may switch it on.
    active: bool = True


@dataclass(frozen=True)
class Pack:
    """One file of rules."""

    code: str
    title: str
    level: str
    version: str
    source: str
    sha256: str
    rules: list[PackRule] = field(default_factory=list)


def read_toml(path: Path) -> tuple[dict[str, Any], str]:
    """Return a TOML file's content and its SHA-256.

    Raises:
        PackError: not readable as TOML.
    """
    raw = path.read_bytes()
    try:
        return tomllib.loads(raw.decode("utf-8")), hashlib.sha256(raw).hexdigest()
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PackError(f"{path.name}：不是可读的 TOML 文件（{error}）。") from error


def read_pack(path: Path) -> Pack:
    """Return one rule pack.

    Raises:
        PackError: a missing or wrong field.
    """
    data, sha256 = read_toml(path)
    head = data.get("pack", {})
    for name in ("code", "title", "level", "version", "basis", "effective_from"):
        if not head.get(name):
            raise PackError(f"{path.name}：[pack] 缺少 {name}。")
    if head["level"] not in LEVELS:
        raise PackError(f"{path.name}：level 只能是 {'、'.join(LEVELS)}。")
    rules = [_read_rule(path.name, head, number, raw) for number, raw in enumerate(data.get("rule", []), 1)]
    once = {(rule.key, rule.effective_from, rule.sectors) for rule in rules}
    if len(once) != len(rules):
        raise PackError(f"{path.name}：同一规则、同一施行日、同一行业写了两次。")
    return Pack(head["code"], head["title"], head["level"], head["version"], path.name, sha256, rules)


def read_packs() -> list[Pack]:
    """Return every rule pack of the repository, in the order of the file names."""
    return [read_pack(path) for path in sorted(FOLDER.glob("*.toml")) if path.name not in OTHER_FILES]


def read_pack_rows(pack: Pack) -> list[RuleRow]:
    """Return a pack's rules as rows of a rule book, without those that are shipped switched off."""
    return [
        RuleRow(
            key=rule.key,
            value=rule.value,
            unit=rule.unit,
            basis=Basis(rule.basis_title, rule.basis_article, rule.verified),
            effective_from=rule.effective_from,
            effective_until=rule.effective_until,
            sectors=rule.sectors,
            level=pack.level,
        )
        for rule in pack.rules
        if rule.active
    ]


def read_rows() -> list[RuleRow]:
    """Return the rules of all packs as rows of a rule book."""
    return [row for pack in read_packs() for row in read_pack_rows(pack)]


def _read_rule(file: str, head: dict[str, Any], number: int, raw: dict[str, Any]) -> PackRule:
    where = f"{file} 第 {number} 条 {raw.get('key', '')}"
    unknown = set(raw) - RULE_FIELDS
    if unknown:
        raise PackError(f"{where}：不认识的字段 {'、'.join(sorted(unknown))}。")
    for name in ("key", "value", "unit", "mark"):
        if name not in raw:
            raise PackError(f"{where}：缺少 {name}。")
    if raw["mark"] not in MARKS:
        raise PackError(f"{where}：mark 只能是 {'、'.join(MARKS)}。")
    if raw["mark"] != "V" and not str(raw.get("note", "")).strip():
        raise PackError(f"{where}：缺少 note。原文没有见到的，写明数字从哪里来。")
    if not str(raw.get("article", "")).strip():
        raise PackError(f"{where}：缺少 article。条号还不知道的，写明是哪一部分的规定。")
    if problem := problem_with(raw["key"], raw["value"], raw["unit"]):
        raise PackError(f"{where}：{problem}")
    sectors = tuple(sorted(raw.get("sectors", head.get("sectors", ()))))
    if strangers := set(sectors) - set(Sector.values):
        raise PackError(f"{where}：不认识的行业 {'、'.join(sorted(strangers))}。")
    effective_from = raw.get("effective_from", head["effective_from"])
    effective_until = raw.get("effective_until", head.get("effective_until"))
    if effective_until is not None and effective_until < effective_from:
        raise PackError(f"{where}：失效日早于施行日。")
    return PackRule(
        key=raw["key"],
        value=raw["value"],
        unit=raw["unit"],
        basis_title=raw.get("basis", head["basis"]),
        basis_article=raw["article"],
        mark=raw["mark"],
        verified=raw.get("verified", raw["mark"] == "V"),
        effective_from=effective_from,
        effective_until=effective_until,
        sectors=sectors,
        note=raw.get("note", ""),
        active=bool(raw.get("active", True)),
    )
