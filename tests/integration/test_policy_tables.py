"""Rules in the tables: loading, an administrator's edits, the book in memory, the calendar and the commands."""

import datetime as dt
import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import translation

from journal.models import Entry
from journal.reading import verify
from policy import cache, rulebook, workdays
from policy.models import CalendarYear, ReasonCode, Rule, WorkdayOverride
from policy.packs import load_packs
from policy.packs.reading import read_packs
from policy.reasons import as_items, reasons_for
from policy.rulebook import MissingRule, RuleBook, today_book
from policy.sectors import Sector
from policy.workdays import WorkCalendar, due

pytestmark = pytest.mark.django_db
D = dt.date
ON = D(2026, 11, 23)
KEY = "accept.working_days"


def run(name: str, *arguments, as_json=True):
    out = StringIO()
    call_command(name, *arguments, *(["--json"] if as_json else []), stdout=out)
    return json.loads(out.getvalue()) if as_json else out.getvalue()


def test_everything_is_loaded_once_and_loading_again_changes_nothing():
    state = (Rule.history.count(), ReasonCode.history.count(), CalendarYear.history.count(), Entry.objects.count())
    assert Rule.objects.count() == sum(len(pack.rules) for pack in read_packs())
    load_packs()
    assert state == (
        Rule.history.count(), ReasonCode.history.count(), CalendarYear.history.count(), Entry.objects.count()
    )  # fmt: skip


def test_tables_and_files_say_the_same():
    tables, files = RuleBook.load(ON), RuleBook.from_packs(ON)
    keys = files.keys()
    assert tables.keys() == keys
    for key in keys:
        for sector in ("", *Sector.values):
            found, shipped = tables.find(key, sector), files.find(key, sector)
            assert (found and found.value) == (shipped and shipped.value), (key, sector)
            assert found is None or found.rule_id is not None


def test_an_edited_rule_survives_a_reload_and_is_read_at_once():
    rule = Rule.objects.get(key=KEY)
    assert today_book().value(KEY).value == 3
    rule.value, rule.verified = 2, True
    rule.save()
    assert RuleBook.load(ON).value(KEY).value == 2
    assert RuleBook.load(ON).value(KEY).basis.verified
    assert any("保留管理员修改 1" in sentence for sentence in load_packs())
    rule.refresh_from_db()
    assert (rule.value, rule.is_edited) == (2, True)


def test_an_edit_of_another_process_is_noticed(monkeypatch):
    monkeypatch.setattr(cache, "CHECK_EVERY", 0.0)
    assert RuleBook.load(ON).value(KEY).value == 3
    rule = Rule.objects.get(key=KEY)
    Rule.objects.filter(pk=rule.pk).update(value=1)  # no signal reaches this process ...
    rule.history.create(**_history_of(rule))
    assert RuleBook.load(ON).value(KEY).value == 1  # ... but the other one wrote a row of history


def test_an_intake_does_not_ask_the_database_for_every_row(monkeypatch, django_assert_num_queries):
    for held in (rulebook.cache, workdays.cache):
        monkeypatch.setattr(held, "_watch_until", 0.0)
    RuleBook.load(ON), WorkCalendar.load()
    with django_assert_num_queries(0):
        for n in range(1000):
            RuleBook.load(ON - dt.timedelta(days=n % 50)).value(KEY)
            WorkCalendar.load().is_workday(ON)


def test_an_edit_that_rolls_back_is_forgotten():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        rule = Rule.objects.get(key=KEY)
        rule.value = 9
        rule.save()
        assert RuleBook.load(ON).value(KEY).value == 9
        raise ZeroDivisionError
    assert RuleBook.load(ON).value(KEY).value == 3


def _history_of(rule) -> dict:
    newest = rule.history.first()
    fields = {field.attname: getattr(newest, field.attname) for field in newest._meta.concrete_fields}
    fields.pop("history_id")
    fields["history_date"] = newest.history_date + dt.timedelta(seconds=1)
    return fields


def test_a_rule_that_was_switched_off_is_missing_and_stays_off():
    rule = Rule.objects.get(key=KEY)
    rule.active = False
    rule.save()
    load_packs()
    with pytest.raises(MissingRule):
        RuleBook.load(ON).value(KEY)


def test_a_changed_pack_updates_unedited_rows_and_switches_off_what_it_dropped(monkeypatch):
    from policy.packs import loading

    packs = read_packs()
    pack = next(pack for pack in packs if any(rule.key == KEY for rule in pack.rules))
    place = next(n for n, rule in enumerate(pack.rules) if rule.key == KEY)
    pack.rules[place] = type(pack.rules[place])(**{**vars(pack.rules[place]), "value": 4})
    dropped = next(rule for rule in pack.rules if rule.key == "whole.working_days")
    pack.rules.remove(dropped)
    monkeypatch.setattr(loading, "read_packs", lambda: packs)
    load_packs()
    book = RuleBook.load(ON)
    assert book.value(KEY).value == 4
    assert book.find("whole.working_days") is None
    assert Rule.objects.filter(key="whole.working_days").exists()  # notices may point at it
    line = Entry.objects.order_by("-sequence").first()
    assert (line.verb, line.data["updated"], line.data["withdrawn"]) == ("policy.load", [KEY], ["whole.working_days"])
    monkeypatch.undo()
    load_packs()
    assert RuleBook.load(ON).value("whole.working_days").value == 10
    assert verify().ok


def test_edited_reasons_survive_and_speak_the_pages_language():
    reason = ReasonCode.objects.get(code="R-D01")
    reason.cure = "请过几天再来。"
    reason.save()
    load_packs()
    with translation.override("zh-hans"):
        first, second = as_items(["R-S01", "R-D01", "R-S01", "nothing"])
        assert (first["code"], second["cure"]) == ("R-S01", "请过几天再来。")
        assert set(first) == {"code", "text", "cure", "title", "article"}
    with translation.override("en"):
        assert as_items(["R-D01"])[0]["text"].startswith("The minimum")
        assert as_items(["R-D01"], language="zh-hans")[0]["text"].startswith("最短")


@pytest.mark.parametrize(
    ("verb", "kind"),
    [("decline", "repair"), ("request_supplement", "repair"), ("refuse", "repair"), ("send_back", "repair"),
     ("decline", "objection"), ("request_supplement", "objection"), ("dismiss", "objection"), ("uphold", "objection")],
)  # fmt: skip
def test_reasons_for(verb, kind):
    reasons = reasons_for(verb, kind)
    assert len(reasons) >= 6
    assert all(verb in reason.verbs and kind in reason.kinds for reason in reasons)
    ReasonCode.objects.filter(code=reasons[0].code).update(active=False)
    assert len(reasons_for(verb, kind)) == len(reasons) - 1
    assert reasons_for(verb, "nothing") == []


def test_the_calendar_is_shipped_with_its_source():
    assert list(CalendarYear.objects.values_list("year", flat=True)) == [2024, 2025, 2026]
    assert all("国务院办公厅" in year.source for year in CalendarYear.objects.all())
    assert due(D(2026, 9, 30), 1, WorkCalendar.load()).date == D(2026, 10, 8)


TABLE_2027 = """
[[year]]
year = 2027
source = "试验用"
announced_on = 2026-11-20
holidays = [{ name = "元旦", from = 2027-01-01, until = 2027-01-03 }]
workdays = [{ name = "元旦调休", day = 2027-01-09 }]
"""


def test_a_new_year_changes_deadlines_at_once(tmp_path):
    assert run("workdays", "due", "2026-12-31", "6") == {
        "due": "2027-01-11",
        "provisional": True,
        "skipped": [
            {"date": "2027-01-01", "why": "元旦"}, {"date": "2027-01-02", "why": "周六"},
            {"date": "2027-01-03", "why": "周日"}, {"date": "2027-01-09", "why": "周六"},
            {"date": "2027-01-10", "why": "周日"},
        ],
    }  # fmt: skip
    path = tmp_path / "2027.toml"
    path.write_text(TABLE_2027, encoding="utf-8")
    assert run("import_holidays", str(path))["years"] == [2027]
    said = run("workdays", "due", "2026-12-31", "6")
    assert (said["due"], said["provisional"]) == ("2027-01-09", False)
    lines = Entry.objects.filter(verb="policy.import_holidays").count()
    assert "没有变化" in run("import_holidays", str(path), as_json=False)
    assert Entry.objects.filter(verb="policy.import_holidays").count() == lines == 1
    load_packs()
    assert CalendarYear.objects.filter(year=2027).exists()


def test_a_csv_says_who_announced_it(tmp_path):
    path = tmp_path / "2027.csv"
    path.write_text("day,is_workday,name\n2027-01-01,0,元旦\n2027-01-09,1,元旦调休\n", encoding="utf-8-sig")
    with pytest.raises(CommandError, match="--source"):
        run("import_holidays", str(path))
    run("import_holidays", str(path), "--source", "通知", "--announced-on", "2026-11-20")
    assert WorkdayOverride.objects.filter(year_id=2027).count() == 2


def test_a_csv_as_a_chinese_spreadsheet_saves_it(tmp_path):
    path = tmp_path / "2027.csv"
    path.write_text("day,is_workday,name\n2027-01-01,0,元旦\n", encoding="gb18030")
    said = run("import_holidays", str(path), "--source", "通知", "--announced-on", "2026-11-20")
    assert WorkdayOverride.objects.get(year_id=2027).name == "元旦"
    # What the law itself makes a holiday is missed: a table that was cut off is noticed.
    assert [day in "".join(said["warnings"]) for day in ("2027年5月3日", "2027年10月1日")] == [False, True]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.toml", "", "year"),
        ("a.toml", "[[year", "TOML"),
        ("a.toml", TABLE_2027.replace('source = "试验用"', ""), "source"),
        ("a.toml", TABLE_2027.replace("2027-01-09", "2027-01-08"), "工作日"),
        ("a.toml", TABLE_2027.replace("until = 2027-01-03", "until = 2026-01-03"), "起止"),
        ("a.toml", TABLE_2027.replace("2027-01-09", "2028-01-09"), "不在这一年"),
        ("a.toml", TABLE_2027 * 2, "两次"),
        ("a.csv", "day,is_workday,name\n2027-02-30,0,x\n", "第 2 行"),
        ("a.csv", "", "没有日期"),
        ("a.csv", "day,is_workday,name\n1850-01-01,0,元旦\n", "1850 年不对"),
        ("a.csv", "day,is_workday,name\n2028-01-01,0,元旦\n", "2028 年不对"),
        ("a.csv", "day,is_workday,name\n2027-01-01,0, \n", "没有写名称"),
        ("a.csv", b"\xff\xfe\x00\x81", "GB18030"),
        ("a.toml", "year = 2027", "year"),
        ("a.toml", 'year = ["x"]', "year"),
        ("a.toml", TABLE_2027.replace("= 2027\n", '= "二〇二七"\n'), "数字"),
        ("a.toml", TABLE_2027.replace("= 2026-11-20", '= "2026-11-20"'), "announced_on"),
        ("a.toml", TABLE_2027.replace("from = 2027-01-01", 'from = "2027-01-01"'), "不加引号"),
        (
            "a.toml",
            TABLE_2027.replace('workdays = [{ name = "元旦调休", day = 2027-01-09 }]', "workdays = 3"),
            "每一项",
        ),
    ],
)
def test_a_wrong_table_changes_nothing(tmp_path, name, content, said):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(CommandError, match=said):
        run("import_holidays", str(path), "--source", "x", "--announced-on", "2026-11-20")
    assert not CalendarYear.objects.filter(year=2027).exists()


def test_an_edited_year_survives_a_reload():
    year = CalendarYear.objects.get(year=2026)
    WorkdayOverride.objects.create(day=D(2026, 11, 25), is_workday=False, name="试验", year=year)
    year.days_digest = WorkdayOverride.digest_of(year.overrides.values_list("day", "is_workday", "name"))
    year.save()
    load_packs()
    assert not WorkCalendar.load().is_workday(D(2026, 11, 25))


def test_rules_list():
    unverified = run("rules", "list", "--unverified")["rules"]
    assert unverified and not any(rule["verified"] for rule in unverified)
    assert KEY in [rule["key"] for rule in unverified]
    old, new = (
        {rule["key"]: rule["value"] for rule in run("rules", "list", "--on", day)["rules"] if not rule["sectors"]}
        for day in ("2026-03-31", "2026-04-01")
    )
    assert (old["publicity.general.maximum_months"], new["publicity.general.maximum_months"]) == (36, 12)
    text = run("rules", "list", as_json=False)
    assert KEY in text
    assert "受理期限：3 个工作日" in text
    assert "working_days\n" not in text and "；market" not in text, "units and sectors in words"


@pytest.mark.parametrize(
    "arguments", [("2026-13-01", "5"), ("today", "5"), ("2026-01-01", "x"), ("2026-01-01", "99999")]
)
def test_workdays_says_what_it_cannot_read(arguments):
    with pytest.raises(CommandError, match="。"):
        run("workdays", "due", *arguments)


def test_load_rules_counts():
    said = run("load_rules")
    assert said["rules"] == Rule.objects.filter(active=True).count() < Rule.objects.count()
    assert said["years"] == [2024, 2025, 2026]


def test_every_rule_has_a_title_an_article_and_a_day():
    without = [row.key for row in Rule.objects.all() if not (row.basis_title and row.basis_article.strip())]
    assert without == []
