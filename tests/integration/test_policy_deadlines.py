"""A new holiday table moves deadlines: who is told, through which door, and what it leaves in the timeline."""

import datetime as dt
import json
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.urls import reverse

from casework import timeline
from casework.models import Case
from journal.models import Entry
from journal.reading import verify
from policy import holidays
from policy.models import CalendarYear
from policy.packs import load_packs, loading
from tests import portal_scene

pytestmark = pytest.mark.django_db
BEIJING = ZoneInfo("Asia/Shanghai")
TABLE_2027 = """
[[year]]
year = 2027
source = "试验用"
announced_on = 2026-11-20
holidays = [{ name = "元旦", from = 2027-01-01, until = 2027-01-03 }]
workdays = [{ name = "元旦调休", day = 2027-01-09 }]
"""


def at(day: str) -> dt.datetime:
    return dt.datetime.fromisoformat(f"{day} 10:00").replace(tzinfo=BEIJING)


@pytest.fixture
def scene():
    """Three open cases: one due this year, one that moves with 2027's table, one that only becomes certain."""
    scene = portal_scene.build()
    reviewing, asked, objection = (scene.cases[name] for name in ("reviewing", "asked", "objection"))
    # Accepted on 31 December: the seventh working day is 12 January, or 11 January with Saturday the 9th worked.
    Case.objects.filter(pk=reviewing.pk).update(accepted_at=at("2026-12-31"))
    # An objection runs from receipt: 7 working days from 24 December reach 5 January either way.
    Case.objects.filter(pk=objection.pk).update(submitted_at=at("2026-12-24"))
    asked.supplements.update(requested_at=at("2026-11-20"))
    return scene


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "2027.toml"
    path.write_text(TABLE_2027, encoding="utf-8")
    return path


def run(*arguments) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def lines() -> list[Entry]:
    return list(Entry.objects.filter(verb="casework.deadline_moved").order_by("sequence"))


def test_the_import_says_whose_deadline_moved(scene, table):
    said = json.loads(run("import_holidays", str(table), "--json"))
    assert said["years"] == [2027]
    number = scene.cases["reviewing"].number
    assert said["moved"] == [
        {"case": number, "step": "decide", "old": "2027-01-12", "new": "2027-01-11", "provisional": False}
    ]
    assert [line["case"] for line in said["confirmed"]] == [scene.cases["objection"].number]
    (line,) = lines()
    assert (line.thing_type, line.thing_id, line.actor_id) == ("casework.case", str(scene.cases["reviewing"].pk), None)
    assert (line.data["old"], line.data["new"], line.data["number"]) == ("2027-01-12", "2027-01-11", number)
    assert verify().ok


def test_the_same_table_again_tells_nobody(scene, table):
    run("import_holidays", str(table))
    said = json.loads(run("import_holidays", str(table), "--json"))
    assert (said["moved"], said["confirmed"]) == ([], [])
    assert len(lines()) == 1


def test_people_read_sentences(scene, table):
    text = run("import_holidays", str(table))
    assert "由 2027年1月12日 星期二 改为 2027年1月11日 星期一" in text
    assert "1 件改了日期" in text
    assert "1 件日期不变" in text


@pytest.mark.parametrize("viewer", ["officer", "enterprise", None])
def test_the_timeline_shows_it_to_everybody(scene, table, viewer):
    run("import_holidays", str(table))
    case = Case.objects.get(pk=scene.cases["reviewing"].pk)
    (step,) = [
        step for step in timeline.steps(case, viewer and scene.people[viewer]) if step["title"].startswith("放假安排")
    ]
    assert step["text"] == "由 2027年1月12日 星期二 改为 2027年1月11日 星期一"


def test_closed_cases_and_drafts_are_left_alone(scene, table):
    Case.objects.filter(pk=scene.cases["reviewing"].pk).update(status=Case.Status.WITHDRAWN)
    Case.objects.filter(pk=scene.cases["asked"].pk).update(status=Case.Status.DRAFT, number=None)
    assert json.loads(run("import_holidays", str(table), "--json"))["moved"] == []
    assert not lines()


def test_an_administrators_edit_tells_them_too(scene, client):
    client.force_login(scene.people["administrator"], backend="django.contrib.auth.backends.ModelBackend")
    form = {
        "year": "2027", "source": "试验用", "announced_on": "2026-11-20",
        "overrides-TOTAL_FORMS": 2, "overrides-INITIAL_FORMS": 0, "overrides-MIN_NUM_FORMS": 0,
        "overrides-MAX_NUM_FORMS": 1000,
        "overrides-0-day": "2027-01-01", "overrides-0-name": "元旦",
        "overrides-1-day": "2027-01-09", "overrides-1-name": "元旦调休", "overrides-1-is_workday": "on",
    }  # fmt: skip
    response = client.post(reverse("admin:policy_calendaryear_add"), form)
    assert response.status_code == 302, response.context["errors"]
    assert CalendarYear.objects.get(year=2027).overrides.count() == 2
    (line,) = lines()
    assert line.actor_id == scene.people["administrator"].pk
    assert line.data["new"] == "2027-01-11"
    assert verify().ok


def test_a_form_that_is_wrong_tells_nobody(scene, client):
    client.force_login(scene.people["administrator"], backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(reverse("admin:policy_calendaryear_add"), {"year": "x"}).status_code == 200
    assert client.get(reverse("admin:policy_calendaryear_add")).status_code == 200
    assert not lines()


def test_a_year_that_comes_with_a_new_release_tells_them_too(scene, monkeypatch):
    read = loading.read_toml
    monkeypatch.setattr(loading, "read_toml", lambda path: (_with_2027(read(path)[0]), "x" * 64))
    monkeypatch.setattr(loading, "_load_reasons", lambda: "")
    load_packs()
    assert len(lines()) == 1
    load_packs()
    assert len(lines()) == 1


def _with_2027(data: dict) -> dict:
    import tomllib

    return {"year": [*data["year"], *tomllib.loads(TABLE_2027)["year"]]}


def test_when_telling_fails_the_calendar_stays_as_it_was(scene, table, monkeypatch):
    def fails(*_arguments):
        raise ZeroDivisionError

    monkeypatch.setattr(holidays, "_tellers", [fails])
    with pytest.raises(ZeroDivisionError):
        run("import_holidays", str(table))
    assert not CalendarYear.objects.filter(year=2027).exists()
    assert not Entry.objects.filter(verb="policy.import_holidays").exists()


def test_a_teller_is_registered_once():
    before = list(holidays._tellers)
    holidays.when_the_calendar_changes(before[0])
    assert holidays._tellers == before
