"""The State Council's holiday tables: reading a file and putting a year into the calendar."""

import csv
import datetime as dt
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from journal.actions import append, journalled
from policy import workdays
from policy.dates import say_short
from policy.models import CalendarYear, WorkdayOverride

#: Longest plausible holiday; catches a mistyped month.
LONGEST_HOLIDAY = 16
#: No table is older than the present way of arranging holidays.
FIRST_YEAR = 2000
#: What a spreadsheet writes in China, where it is not UTF-8.
ENCODINGS = ("utf-8-sig", "gb18030")


@dataclass(frozen=True)
class Year:
    """One announced year: ``days`` are ``(date, worked, name)``, only days that differ from the plain week."""

    year: int
    source: str
    announced_on: dt.date
    days: tuple[tuple[dt.date, bool, str], ...]

    @property
    def days_digest(self) -> str:
        return WorkdayOverride.digest_of(self.days)


@dataclass(frozen=True)
class Imported:
    """What an import did: one sentence a year, and what the upper rooms told people (their own values)."""

    sentences: list[str]
    told: list[Any]
    #: What somebody should look at again: holidays of the law that a table does not have.
    warnings: list[str] = field(default_factory=list)


#: Asked with the acting user and the calendar before and after; tells who is concerned and gives what it told.
Teller = Callable[[models.Model | None, workdays.WorkCalendar, workdays.WorkCalendar], list[Any]]
_tellers: list[Teller] = []


def when_the_calendar_changes(teller: Teller) -> None:
    """Register an upper room's teller; called once, when the project starts. Twice is once."""
    if teller not in _tellers:
        _tellers.append(teller)


@contextmanager
def calendar_changing(actor: models.Model | None) -> Iterator[list[Any]]:
    """Run something that may change the calendar, whichever door it comes through, and have everybody told.

    One transaction: the tellers run at its end, only if the calendar is another one then. Yields the list that
    receives what they told.
    """
    told: list[Any] = []
    with journalled():
        before = workdays.WorkCalendar.load()
        yield told
        after = workdays.WorkCalendar.load()
        if after != before:
            for teller in _tellers:
                told += teller(actor, before, after)


def read_years(data: dict[str, Any]) -> list[Year]:
    """Return the years of a table in the layout of ``policy/packs/holidays.toml``.

    Raises:
        ValueError: what is missing or impossible, and where.
    """
    found = data.get("year", [])
    years = [_read_year(raw) for raw in (found if isinstance(found, list) else [])]
    if not years:
        raise ValueError(_("没有找到 [[year]]：请按 policy/packs/holidays.toml 的格式写。"))
    if len({year.year for year in years}) != len(years):
        raise ValueError(_("同一年份写了两次。"))
    return years


def read_file(path: Path, *, source: str = "", announced_on: dt.date | None = None) -> list[Year]:
    """Return the years of a holiday file: TOML, or CSV with the columns ``day,is_workday,name``.

    A CSV file does not say who announced it and when: give ``source`` and ``announced_on``.

    Raises:
        ValueError: an unreadable file, or what is missing or impossible in it.
    """
    text = _decoded(path.read_bytes())
    if path.suffix.lower() != ".csv":
        try:
            return read_years(tomllib.loads(text))
        except tomllib.TOMLDecodeError as error:
            raise ValueError(_("不是可读的 TOML 文件：%(error)s") % {"error": error}) from error
    if not source or announced_on is None:
        raise ValueError(_("CSV 文件里没有公布来源和日期：请加上 --source 和 --announced-on。"))
    days = []
    for number, row in enumerate(csv.DictReader(text.splitlines()), 2):
        try:
            worked = {"1": True, "0": False, "true": True, "false": False}[row["is_workday"].strip().lower()]
            days.append((dt.date.fromisoformat(row["day"].strip()), worked, row["name"].strip()))
        except (KeyError, ValueError, AttributeError) as error:
            raise ValueError(
                _("第 %(number)s 行读不懂：应有 day（2027-01-01）、is_workday（1 或 0）、name 三列。")
                % {"number": number}
            ) from error
    numbers = sorted({day.year for day, _worked, _name in days})
    if not numbers:
        raise ValueError(_("文件里没有日期。"))
    return [
        _checked(Year(number, source, announced_on, tuple(day for day in days if day[0].year == number)))
        for number in numbers
    ]


def _decoded(content: bytes) -> str:
    for encoding in ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ValueError(_("文件不是文本：读不出 UTF-8，也读不出 GB18030。请另存为 TOML 或 CSV。"))


def import_years(actor: models.Model | None, years: list[Year]) -> Imported:
    """Put years into the calendar in place of what was there.

    A year that says what the table already says changes nothing. Every open deadline is computed from the
    calendar, so it follows at once, and those whose deadline moved are told. Journaled.
    """
    with calendar_changing(actor) as told:
        sentences = _put(actor, years)
    statutory = workdays.WorkCalendar.load().statutory
    warnings = [sentence for year in years for sentence in _missing(year, statutory)]
    return Imported(sentences, told, warnings)


def _put(actor: models.Model | None, years: list[Year]) -> list[str]:
    done = []
    for year in years:
        present = CalendarYear.objects.select_for_update().filter(pk=year.year).first()
        if present is not None and (present.days_digest, present.source, present.announced_on) == (
            year.days_digest,
            year.source,
            year.announced_on,
        ):
            done.append(_("%(year)s 年：已是这张表，没有变化。") % {"year": year.year})
            continue
        row = save_year(year, shipped=False)
        free = sum(not worked for _day, worked, _name in year.days)
        append(
            actor,
            "policy.import_holidays",
            row,
            {"year": year.year, "source": year.source, "announced_on": year.announced_on, "days": len(year.days)},
        )
        done.append(
            _("%(year)s 年：放假 %(free)s 天，调休上班 %(worked)s 天。")
            % {"year": year.year, "free": free, "worked": len(year.days) - free}
        )
    return done


def save_year(year: Year, *, shipped: bool) -> CalendarYear:
    """Write one year's table. ``shipped``: it comes with the repository, so a later file may replace it."""
    row = CalendarYear(year=year.year, source=year.source, announced_on=year.announced_on, days_digest=year.days_digest)
    if shipped:
        row.pack_digest = row.content_digest()
    WorkdayOverride.objects.filter(year_id=year.year).delete()
    row.save()
    WorkdayOverride.objects.bulk_create(
        WorkdayOverride(day=day, is_workday=worked, name=name, year=row) for day, worked, name in year.days
    )
    workdays.cache.forget()
    return row


def _read_year(raw: Any) -> Year:
    if not isinstance(raw, dict):
        raise ValueError(_("没有找到 [[year]]：请按 policy/packs/holidays.toml 的格式写。"))
    for name in ("year", "source", "announced_on", "holidays"):
        if not raw.get(name):
            raise ValueError(_("%(year)s：缺少 %(name)s。") % {"year": raw.get("year", "[[year]]"), "name": name})
    number, announced_on = raw["year"], raw["announced_on"]
    if type(number) is not int:
        raise ValueError(_("%(year)s：year 应写成 2027 这样的数字。") % {"year": number})
    if type(announced_on) is not dt.date:
        raise ValueError(_("%(year)s：announced_on 应写成 2026-11-04 这样，不加引号。") % {"year": number})
    days: list[tuple[dt.date, bool, str]] = []
    for holiday in _entries(raw, "holidays", "from", "until"):
        length = (holiday["until"] - holiday["from"]).days + 1
        if not 1 <= length <= LONGEST_HOLIDAY:
            raise ValueError(_("%(name)s 的起止日期不对。") % {"name": holiday["name"]})
        days += [(holiday["from"] + dt.timedelta(days=n), False, holiday["name"]) for n in range(length)]
    days += [(worked["day"], True, worked["name"]) for worked in _entries(raw, "workdays", "day")]
    return _checked(Year(number, str(raw["source"]), announced_on, tuple(days)))


def _entries(raw: dict[str, Any], part: str, *dates: str) -> list[dict[str, Any]]:
    """Return the entries of ``holidays`` or ``workdays``; each has a name and these dates."""
    entries = raw.get(part, [])
    whole = isinstance(entries, list) and all(
        isinstance(entry, dict)
        and isinstance(entry.get("name"), str)
        and all(type(entry.get(date)) is dt.date for date in dates)
        for entry in entries
    )
    if not whole:
        said = ", ".join(f"{name} = …" for name in ("name", *dates))
        raise ValueError(
            _("%(year)s：%(part)s 的每一项应写成 { %(said)s }，日期写成 2027-01-01 这样，不加引号。")
            % {"year": raw["year"], "part": part, "said": said}
        )
    return entries


def _checked(year: Year) -> Year:
    """Return the year if it can be one.

    Raises:
        ValueError: an impossible year, a day twice, of another year or without a name, a needless make-up day.
    """
    if not FIRST_YEAR <= year.year <= year.announced_on.year + 1:
        raise ValueError(
            _("%(year)s 年不对：公布于 %(announced)s 的安排，只能是 %(first)s 到 %(last)s 年的。")
            % {
                "year": year.year,
                "announced": year.announced_on,
                "first": FIRST_YEAR,
                "last": year.announced_on.year + 1,
            }
        )
    if len({day for day, _worked, _name in year.days}) != len(year.days):
        raise ValueError(_("%(year)s：同一天写了两次。") % {"year": year.year})
    for day, worked, name in year.days:
        if day.year != year.year:
            raise ValueError(_("%(year)s：%(day)s 不在这一年。") % {"year": year.year, "day": day})
        if not name.strip():
            raise ValueError(_("%(day)s 没有写名称，例如“元旦”。") % {"day": day})
        if worked and day.weekday() < 5:
            raise ValueError(_("%(day)s 本来就是工作日，不需要写成调休上班。") % {"day": day})
    return year


def _missing(year: Year, statutory: Mapping[tuple[int, int], str]) -> list[str]:
    """Return a sentence for each holiday that the law itself fixes (全国年节及纪念日放假办法) and the table forgets.

    A table that was cut off makes the dates of the year certain and wrong; somebody has to look at it again.
    """
    free = {day for day, worked, _name in year.days if not worked}
    return [
        _("请核对：%(year)s 年的表里没有%(name)s（%(day)s），这一天现在按工作日计算。")
        % {"year": year.year, "name": name, "day": say_short(day)}
        for (month, number), name in sorted(statutory.items())
        for day in [dt.date(year.year, month, number)]
        if day.weekday() < 5 and day not in free
    ]
