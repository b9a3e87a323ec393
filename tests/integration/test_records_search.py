"""The public register's search: what is found, what is no longer found, and names that follow their records."""

import json
import threading
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from parties.models import Subject
from records import actions, queries
from records.actions.listing import add_missing, list_names, tidy_names
from records.models import AdverseRecord, RegisterName
from records.search import finding
from records.search.finding import find_public
from tests.integration.test_records_register import identity_number, take
from tests.records_world import code, days_ago, draft, office

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db):
    return office()


def written() -> set[str]:
    return {bytes(ending).decode() for ending in RegisterName.objects.values_list("ending", flat=True)}


@pytest.mark.parametrize(
    ("text", "found", "why"),
    [
        ("澄江", 1, ""),
        ("江食品有", 1, ""),
        ("青禾 澄江", 1, ""),
        ("青禾澄江食品有限公司", 1, ""),
        ("青禾澄江食品有限公司分", 0, ""),
        ("澄", 0, "short"),
        ("", 0, "short"),
        ("有限公司", 0, "common"),
        ("食品公司", 0, ""),
        ("\x00", 0, "short"),
        ("%澄江", 0, ""),
        ("名" * 300, 0, ""),
        ("91370299", 0, ""),
    ],
)
def test_what_a_text_finds(world, text, found, why):
    take(draft())
    answer = find_public(text)
    assert (len(answer), answer.more, answer.empty_because) == (found, False, why)
    assert queries.search_register(text).count() == found


def test_a_name_is_written_down_once_for_all_records_of_a_subject(world):
    take(draft())
    names = RegisterName.objects.count()
    assert names == len("青禾澄江食品")
    take(draft(document_number="青市监处罚〔2026〕13号"))
    assert RegisterName.objects.count() == names
    assert len(find_public("澄江")) == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"category": "警告", "content": "警告。", "fine_amount": None},
        {"subject_kind": "person", "subject_code": "", "subject_name": "田小禾"},
    ],
    ids=["minor", "person"],
)
def test_what_is_not_public_is_not_written_down(world, changes):
    if changes.get("subject_kind"):
        changes |= {"identity_number": identity_number()}
    outcome, record, _reasons = take(draft(**changes))
    assert (outcome, record.status) == ("taken", AdverseRecord.Status.WITHHELD)
    assert not RegisterName.objects.exists()
    with transaction.atomic():
        record.status_was = record.status
        assert list_names([record]) == 0
    assert len(find_public("田小禾")) == len(find_public("澄江")) == 0


def test_a_correction_that_makes_a_record_public_makes_it_found(world):
    _outcome, record, _reasons = take(draft(category="警告", content="警告。", fine_amount=None))
    with transaction.atomic():
        actions.correct(record, world.officer, "category", "罚款", "测试")
        actions.correct(record, world.officer, "fine_amount", "20000", "测试")
    record.refresh_from_db()
    assert record.status == AdverseRecord.Status.PUBLICISED
    assert find_public("澄江").pks == [record.pk]


def test_both_names_are_found_after_a_renaming(world):
    _outcome, record, _reasons = take(draft())
    world.subject.name = "青禾归帆食品有限公司"
    world.subject.save()
    for text in ("澄江", "归帆"):
        assert find_public(text).pks == [record.pk], text
    world.subject.phone = "0"
    world.subject.save(update_fields=["phone"])
    quiet = Subject.objects.create(kind="entity", name="青禾静水有限公司", code=code(77))
    quiet.name = "青禾止水有限公司"
    quiet.save()
    assert "止水有限公司" not in written()


def test_what_ends_is_not_found_from_that_moment_and_its_names_go_with_the_next_tidying(world):
    _outcome, record, _reasons = take(draft())
    _outcome, other, _reasons = take(draft(subject_name="青禾远山有限公司", subject_code=code(12)))
    assert find_public("澄江").pks == [record.pk]
    with transaction.atomic():
        actions.revoke(record, world.approver, "测试", "测试")
    assert find_public("澄江").pks == [] == find_public(code(11)).pks
    assert tidy_names() == len("青禾澄江食品")
    assert find_public("远山").pks == [other.pk]
    assert tidy_names() == 0


def test_outside_the_window_nothing_is_found_sweep_or_not(world):
    _outcome, record, _reasons = take(draft())
    AdverseRecord.objects.filter(pk=record.pk).update(publicity_until=days_ago(1))
    assert not find_public("澄江").pks and not find_public(code(11)).pks


def test_more_than_the_list_takes_is_said_and_not_counted(world, monkeypatch):
    monkeypatch.setattr(finding, "MOST", 2)
    monkeypatch.setattr(finding, "ENDINGS", 4)
    records = [take(draft(subject_name=f"青禾第{n}号食品有限公司", subject_code=code(20 + n)))[1] for n in range(3)]
    answer = find_public("号食品")
    assert (len(answer), answer.more) == (2, True)
    assert set(answer.pks) < {record.pk for record in records}
    assert not find_public("第1号").more
    with transaction.atomic():
        for record in records[1:]:
            actions.revoke(record, None, "测试", "测试")
    assert find_public("号食品") == finding.Found([records[0].pk])


def test_the_newest_decision_comes_first(world):
    old = take(draft(document_number="旧〔2026〕1号", decision_date=days_ago(50)))[1]
    new = take(draft(document_number="新〔2026〕2号", decision_date=days_ago(2)))[1]
    middle = take(draft(document_number="中〔2026〕3号", decision_date=days_ago(20)))[1]
    assert find_public("澄江").pks == [new.pk, middle.pk, old.pk]


def test_the_command_makes_what_is_missing_and_nothing_twice(world):
    take(draft())
    before = written()
    RegisterName.objects.filter(ending="澄江食品有限公司".encode()).delete()
    RegisterName.objects.filter(ending="青禾澄江食品有限公司".encode()).delete()
    RegisterName.objects.create(
        ending="无主".encode(), subject=Subject.objects.create(kind="entity", name="无主", code=code(90))
    )
    out = StringIO()
    call_command("register_names", "--json", stdout=out)
    assert json.loads(out.getvalue()) == {"removed": 1, "added": 6, "total": 6}
    assert written() == before
    assert add_missing() == 0
    out = StringIO()
    call_command("register_names", "--rebuild", stdout=out)
    assert "现有 6 条" in out.getvalue()
    assert written() == before


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_tidying_takes_no_name_from_under_a_record_that_is_being_registered():
    """Its transaction holds the subject's row; the sweep passes such a subject over."""
    world = office()
    first = take(draft())[1]
    with transaction.atomic():
        actions.revoke(first, world.approver, "测试", "测试")
    written_down, tidied = threading.Event(), threading.Event()

    def register():
        with transaction.atomic():
            actions.register(draft(document_number="青市监处罚〔2026〕99号"), None, None)
            written_down.set()
            assert tidied.wait(20)
        connection.close()

    thread = threading.Thread(target=register)
    thread.start()
    try:
        assert written_down.wait(20)
        assert tidy_names() == 0
    finally:
        tidied.set()
        thread.join()
    assert len(find_public("澄江")) == 1
    assert add_missing() == 0
