"""``rules explain``: class, window and eligibility of one stored record, each line with its basis."""

import json
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from config.explaining import explain, find_record
from policy.models import Rule
from records.eligibility import card
from records.models import AdverseRecord
from tests import portal_scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene():
    return portal_scene.build()


def run(*arguments) -> str:
    out = StringIO()
    call_command("rules", "explain", *arguments, stdout=out)
    return out.getvalue()


def told(*arguments) -> dict:
    return json.loads(run(*arguments, "--json"))


def test_every_part_is_there_with_its_basis(scene):
    record = scene.records["ready"]
    said = told(record.public_id)
    assert said["record"]["document_number"] == record.document_number
    assert said["class"]["severity"] == "general"
    assert said["window"]["from"] == record.decision_date.isoformat()
    assert said["eligibility"]["can_apply"] is True
    every = [*said["class"]["because"], *said["window"]["because"], *said["eligibility"]["conditions"], *said["ways"]]
    assert all({"title", "article", "verified"} <= set(line) for line in every)
    assert all(line["title"] for line in (*said["class"]["because"], *said["window"]["because"]))
    assert [way["code"] for way in said["ways"] if way["repairs"]] == ["performance"]
    assert said["unverified"] >= 1


def test_on_the_last_day_of_the_older_measure_it_answers_by_that_measure(scene):
    record = scene.records["ready"]
    said = told(record.public_id, "--on", "2026-03-31")
    conditions = {condition["code"]: condition for condition in said["eligibility"]["conditions"]}
    assert "way" not in conditions, "performance repairs, under 58号令 as under 36号令"
    assert "58号" in conditions["performance"]["article"]
    assert (
        "36号"
        in {c["code"]: c for c in told(record.public_id, "--on", "2026-04-01")["eligibility"]["conditions"]}[
            "performance"
        ]["article"]
    )


def test_a_day_before_every_rule_is_a_sentence(scene):
    with pytest.raises(CommandError, match="算不出来。系统里的规则自 2023-05-01 起"):
        run(scene.records["ready"].public_id, "--on", "2023-04-30")


@pytest.mark.parametrize("write", [str, str.lower, lambda text: f"  {text} "])
def test_a_record_is_found_by_its_public_id(scene, write):
    record = scene.records["ready"]
    assert find_record(write(record.public_id)) == record


@pytest.mark.parametrize("text", ["青市监处罚〔2026〕101号", "青市监处罚（2026）101 号", "青市监处罚[2026]第0101号"])
def test_a_record_is_found_by_its_document_number_however_it_is_written(scene, text):
    from records.documents import document_key

    record = scene.records["ready"]
    AdverseRecord.objects.filter(pk=record.pk).update(document_key=document_key(record.document_number))
    assert find_record(text) == record


@pytest.mark.parametrize("text", ["R999999999999", "没有这个文号", "", "   "])
def test_nothing_found_is_one_sentence(scene, text):
    with pytest.raises(CommandError, match="没有找到") as failure:
        run(text)
    assert "\n" not in str(failure.value)


def test_one_number_of_two_authorities_asks_for_the_public_id(scene):
    other = portal_scene.record(scene, "twin", 901, date(2026, 6, 1), authority=scene.lead)
    AdverseRecord.objects.filter(pk=other.pk).update(document_key=scene.records["ready"].document_key)
    with pytest.raises(CommandError, match="不止一条") as failure:
        run(scene.records["ready"].document_key)
    assert other.public_id in str(failure.value)


def test_a_wrong_day_is_one_sentence(scene):
    with pytest.raises(CommandError, match="2026-04-01"):
        run(scene.records["ready"].public_id, "--on", "2026-02-30")


def test_the_text_marks_what_is_unverified(scene):
    text = run(scene.records["ready"].public_id)
    for words in ("失信程度：一般", "公示期限", "信用修复：现在可以申请", "未核验", "✗ 信用承诺书还没有签署"):
        assert words in text


def test_an_unstated_sector_is_hinted_at(scene):
    record = scene.records["ready"]
    assert "机关名称中有“市场监督管理”" in run(record.public_id)
    AdverseRecord.objects.filter(pk=record.pk).update(sector="food")
    assert "食品 < 食品药品 < 市场监管" in run(record.public_id)


def test_verified_rules_are_no_longer_marked(scene):
    Rule.objects.update(verified=True)
    Rule.objects.first().save()  # a row of history, so that the book in memory is made again
    assert told(scene.records["ready"].public_id)["unverified"] == 0
    assert "各行依据都已核验" in run(scene.records["ready"].public_id)


def test_a_natural_person_is_named_only_in_part(scene):
    from parties.models import Subject

    person = Subject.objects.create(kind="person", name="张三丰", identity_number="370299199001011237")
    record = portal_scene.record(
        scene, "person", 950, date(2026, 6, 1), subject=person, subject_name="张三丰", status="withheld",
        publicity_from=None, publicity_until=None,
    )  # fmt: skip
    said = told(record.public_id)
    assert said["record"]["subject"] == "张**"
    assert said["window"]["publicised"] is False
    assert said["window"]["disclosed_until"] == "2031-06-01"
    assert "张三丰" not in run(record.public_id)


def test_whether_the_record_still_agrees_with_the_rules(scene):
    record = scene.records["ready"]
    window = explain(record, timezone.localdate()).window
    AdverseRecord.objects.filter(pk=record.pk).update(
        publicity_until=window.until, earliest_application=window.earliest_application
    )
    assert told(record.public_id)["agrees_with_record"] is True
    AdverseRecord.objects.filter(pk=record.pk).update(severity="serious")
    assert told(record.public_id)["agrees_with_record"] is False
    assert "不一样" in run(record.public_id)


def test_an_open_case_is_seen(scene):
    conditions = told(scene.records["reviewing"].public_id)["eligibility"]["conditions"]
    assert {c["code"]: c["met"] for c in conditions}["no_open_case"] is False


def test_a_limit_on_repeated_repairs_bars_once_an_office_switches_it_on(scene):
    # The scene's subject had a record repaired two days ago.
    record = scene.records["ready"]
    record.fine_amount = Decimal("1")
    assert card(record).can_apply
    rule = Rule.objects.get(key="bar.after_repair_months")
    rule.active = True
    rule.save()
    answer = card(record)
    assert not answer.can_apply
    assert "after_repair" in [condition.code for condition in answer.missing]
    assert answer.earliest > timezone.localdate() + timedelta(days=300)


def test_other_ways_are_refused_with_a_sentence(scene):
    answer = card(scene.records["ready"], way="volunteering")
    assert not answer.can_apply
    assert "国家目录" in answer.missing[0].text
