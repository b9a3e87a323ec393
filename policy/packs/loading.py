"""Bringing the files of this folder into the tables, as often as you like."""

from dataclasses import asdict

from django.utils.translation import gettext as _
from simple_history.utils import bulk_create_with_history

from journal.actions import append, journalled
from policy import rulebook
from policy.holidays import calendar_changing, read_years, save_year
from policy.models import CalendarYear, ReasonCode, Rule, RulePack, Shipped
from policy.packs.reading import FOLDER, Pack, PackError, read_packs, read_toml
from policy.packs.reasons import read_reasons


class _Tally:
    """What one file changed."""

    def __init__(self):
        self.added: list[str] = []
        self.updated: list[str] = []
        self.kept: list[str] = []
        self.withdrawn: list[str] = []

    @property
    def changed(self) -> bool:
        return bool(self.added or self.updated or self.withdrawn)

    def __str__(self):
        return _("新增 %(added)s，更新 %(updated)s，停用 %(withdrawn)s，保留管理员修改 %(kept)s") % {
            "added": len(self.added),
            "updated": len(self.updated),
            "withdrawn": len(self.withdrawn),
            "kept": len(self.kept),
        }


@journalled()
def load_packs() -> list[str]:
    """Load all rule packs, the reason codes and the calendar; return one sentence per file.

    Idempotent; never overwrites or switches off what an administrator edited; journaled when something changed.

    Raises:
        PackError: a file is wrong; nothing is loaded then.
    """
    done = [_load_pack(pack) for pack in read_packs()]
    done.append(_load_reasons())
    with calendar_changing(None):
        done.append(_load_calendar())
    rulebook.cache.forget()
    return done


def _load_pack(pack: Pack) -> str:
    head = _head(pack.code, pack.title, pack.level, pack.version, pack.source, pack.sha256)
    present = {(rule.key, rule.effective_from, tuple(rule.sectors)): rule for rule in head.rules.all()}
    wanted = []
    for rule in pack.rules:
        fields = asdict(rule)
        fields["sectors"] = list(rule.sectors)
        wanted.append((present.pop((rule.key, rule.effective_from, rule.sectors), None), Rule(pack=head, **fields)))
    tally = _bring(Rule, wanted, present.values())
    if tally.changed:
        _tell(head, tally)
    return f"{pack.title}：{tally}"


def _load_reasons() -> str:
    path = FOLDER / "reasons.toml"
    reasons, sha256 = read_reasons(path)
    present = {reason.code: reason for reason in ReasonCode.objects.all()}
    tally = _bring(ReasonCode, [(present.pop(new.code, None), new) for new in reasons], present.values())
    head = _head("reasons", "理由代码", RulePack.Level.DISTRICT, sha256[:12], path.name, sha256)
    if tally.changed:
        _tell(head, tally)
    return _("理由代码：%(tally)s") % {"tally": tally}


def _load_calendar() -> str:
    path = FOLDER / "holidays.toml"
    data, sha256 = read_toml(path)
    try:
        years = read_years(data)
    except ValueError as error:
        raise PackError(f"{path.name}：{error}") from error
    tally = _Tally()
    for year in years:
        row = CalendarYear.objects.filter(pk=year.year).first()
        if row is None:
            tally.added.append(str(year.year))
        elif row.is_edited:
            tally.kept.append(str(year.year))
            continue
        elif row.days_digest == year.days_digest and (row.source, row.announced_on) == (
            year.source,
            year.announced_on,
        ):
            continue
        else:
            tally.updated.append(str(year.year))
        save_year(year, shipped=True)
    version = f"{years[0].year}-{years[-1].year}"
    head = _head("holidays", "节假日与调休", RulePack.Level.NATIONAL, version, path.name, sha256)
    if tally.changed:
        _tell(head, tally)
    return _("节假日与调休：%(tally)s") % {"tally": tally}


def _bring(model: type[Shipped], wanted, left_over) -> _Tally:
    """Create, update, keep or switch off the rows of one file; ``wanted`` pairs the present row with the new one."""
    tally, create = _Tally(), []
    for row, new in wanted:
        new.pack_digest = new.content_digest()
        name = str(new)
        if row is None:
            create.append(new)
            tally.added.append(name)
        elif row.content_digest() == new.pack_digest:
            if row.pack_digest != new.pack_digest:
                # Edited to what the file says now: from here on it follows the file again.
                model.objects.filter(pk=row.pk).update(pack_digest=new.pack_digest)
        elif row.is_edited:
            tally.kept.append(name)
        else:
            for field in (*model.CONTENT, "pack_digest"):
                setattr(row, field, getattr(new, field))
            row.save()
            tally.updated.append(name)
    bulk_create_with_history(create, model)
    for row in left_over:
        if row.pack_digest and row.active and not row.is_edited:
            row.active = False
            row.pack_digest = row.content_digest()
            row.save()
            tally.withdrawn.append(str(row))
    return tally


def _head(code: str, title: str, level: str, version: str, source: str, sha256: str) -> RulePack:
    said = {"title": title, "level": level, "version": version, "source": source, "sha256": sha256}
    head, created = RulePack.objects.get_or_create(code=code, defaults=said)
    if not created and any(getattr(head, name) != value for name, value in said.items()):
        for name, value in said.items():
            setattr(head, name, value)
        head.save()
    return head


def _tell(head: RulePack, tally: _Tally) -> None:
    append(
        None,
        "policy.load",
        head,
        {
            "source": head.source,
            "version": head.version,
            "sha256": head.sha256,
            "added": tally.added,
            "updated": tally.updated,
            "withdrawn": tally.withdrawn,
            "kept": tally.kept,
        },
    )
