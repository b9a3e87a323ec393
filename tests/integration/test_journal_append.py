"""The journal in a real database: damage done behind its back is found, and writers at once make one chain."""

import contextlib
import json
import threading
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from journal.actions import Line, append, append_all, journalled
from journal.models import AppendOnlyError, ChainHead, Entry
from journal.queries import lines_by, lines_of
from journal.reading import CHUNK, verify
from parties.models import Authority, User


def write(count: int, actor=None) -> list[Entry]:
    thing, _created = Authority.objects.get_or_create(name="甲局")
    with transaction.atomic():
        return append_all(Line("parties.test", thing, {"n": n}, actor) for n in range(count))


def sql(statement: str, *values) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def command(*arguments) -> tuple[int, dict]:
    out = StringIO()
    try:
        call_command("journal", "verify", "--json", *arguments, stdout=out)
    except SystemExit as leaving:
        return leaving.code, json.loads(out.getvalue())
    return 0, json.loads(out.getvalue())


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("statements", "place", "what"),
    [
        (["UPDATE journal_entry SET actor_name = '别人' WHERE sequence = {3}"], 3, "changed"),
        (["UPDATE journal_entry SET actor_id = 77 WHERE sequence = {3}"], 3, "changed"),
        (["UPDATE journal_entry SET data = '{{\"n\": 9}}' WHERE sequence = {3}"], 3, "changed"),
        (["UPDATE journal_entry SET verb = 'parties.other' WHERE sequence = {1}"], 1, "changed"),
        (["DELETE FROM journal_entry WHERE sequence = {3}"], 3, "removed"),
        (["DELETE FROM journal_entry WHERE sequence > {3}"], 4, "cut_off"),
        (
            [
                "UPDATE journal_entry SET sequence = -1 WHERE sequence = {3}",
                "UPDATE journal_entry SET sequence = {3} WHERE sequence = {4}",
                "UPDATE journal_entry SET sequence = {4} WHERE sequence = -1",
            ],
            3,
            "swapped",
        ),
        (
            [
                "UPDATE journal_entry SET sequence = {6} WHERE sequence = {5}",
                "UPDATE journal_entry SET sequence = {5} WHERE sequence = {4}",
                "INSERT INTO journal_entry SELECT {4}, at, actor_id, actor_name, 'parties.forged', thing_type, thing_id,"
                " data, previous_hash, hash FROM journal_entry WHERE sequence = {3}",
            ],
            4,
            "inserted",
        ),
    ],
)
def test_damage_behind_its_back(statements, place, what):
    first = write(5)[0].sequence
    numbers = {n: first + n - 1 for n in range(1, 8)}
    for statement in statements:
        for n, sequence in numbers.items():
            statement = statement.replace(f"{{{n}}}", str(sequence))
        sql(statement.replace("{{", "{").replace("}}", "}"))
    code, said = command()
    assert (code, said["ok"]) == (1, False)
    assert (said["broken"]["line"], said["broken"]["what"]) == (numbers[place], what)
    assert str(numbers[place]) in said["broken"]["text"]


@pytest.mark.django_db
def test_an_unbroken_journal_and_its_anchor():
    entries = write(3)
    code, said = command()
    assert (code, said["ok"], said["lines"], said["head"]) == (0, True, entries[-1].sequence, entries[-1].hash)
    assert command("--anchor", f"{entries[0].sequence}:{entries[0].hash}")[0] == 0
    code, said = command("--anchor", f"{entries[0].sequence}:{'0' * 64}")
    assert (code, said["broken"]["what"]) == (1, "rewritten")


@pytest.mark.django_db
def test_a_line_that_cannot_be_read_is_named():
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL itself refuses such a cell")
    entries = write(4)
    sql("PRAGMA ignore_check_constraints = ON")
    try:
        sql("UPDATE journal_entry SET data = '{not json' WHERE sequence = %s", entries[1].sequence)
    finally:
        sql("PRAGMA ignore_check_constraints = OFF")
    report = verify()
    assert (report.ok, report.sequence, report.what) == (False, entries[1].sequence, "changed")


@pytest.mark.django_db
def test_long_journals_are_walked_in_chunks():
    thing = Authority.objects.create(name="甲局")
    with transaction.atomic():
        entries = append_all(Line("parties.test", thing, {"n": n}) for n in range(CHUNK * 2 + 3))
    assert verify().lines == entries[-1].sequence
    assert [entry.sequence for entry in entries] == list(range(entries[0].sequence, entries[-1].sequence + 1))


@pytest.mark.django_db
def test_every_kind_of_fact_comes_back_as_it_was_hashed():
    thing = Authority.objects.create(name="甲局")
    user = User.objects.create_user("clerk", full_name="经办")
    data = {
        "float": 1e16,
        "zero": -0.0,
        "ratio": 0.1,
        "money": Decimal("12.30"),
        "big": 10**30,
        "nul": "a\x00b",
        "surrogate": "\ud800",
        "rare": "䶮𠮷🙂",
        "nested": {"z": [1, {"y": None}], "a": True},
        5: "number as key",
    }
    with transaction.atomic():
        append(user, "parties.test", thing, data)
    stored = Entry.objects.latest("sequence")
    assert stored.data["float"] == "1e+16"
    assert stored.actor_name == "经办"
    assert verify().ok
    assert list(lines_of(thing)) == [stored]
    assert list(lines_by(user)) == [stored]


@pytest.mark.django_db(transaction=True)
def test_nothing_is_written_outside_a_transaction_or_about_unsaved_things():
    thing = Authority.objects.create(name="甲局")
    with pytest.raises(RuntimeError):
        append(None, "parties.test", thing)
    with pytest.raises(ValueError, match="saved"), transaction.atomic():
        append(None, "parties.test", Authority(name="乙局"))
    with transaction.atomic():
        assert append_all([]) == []
    assert verify().ok


@pytest.mark.django_db
def test_lines_cannot_be_changed_through_the_models():
    entry = write(1)[0]
    entry.verb = "other"
    for attempt in (
        entry.save,
        entry.delete,
        lambda: Entry.objects.update(verb="x"),
        lambda: Entry.objects.all().delete(),
        lambda: Entry.objects.bulk_update([entry], ["verb"]),
    ):
        with pytest.raises(AppendOnlyError):
            attempt()


@pytest.mark.django_db(transaction=True)
def test_writers_at_once_make_one_unbroken_chain():
    thing = Authority.objects.create(name="甲局")
    ChainHead.objects.all().delete()
    Entry.objects.all()._raw_delete("default")
    writers, each, failures = 8, 12, []
    start = threading.Barrier(writers)

    def work(number: int) -> None:
        try:
            start.wait()
            for n in range(each):
                with transaction.atomic():
                    append_all([Line("parties.test", thing, {"writer": number, "n": n})] * (1 + n % 3))
        except Exception as error:  # noqa: BLE001 - shown by the assertion below
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    report = verify()
    assert (report.ok, report.lines) == (True, writers * sum(1 + n % 3 for n in range(each)))
    for number in range(writers):
        mine = [entry.data["n"] for entry in Entry.objects.order_by("sequence") if entry.data["writer"] == number]
        assert mine == sorted(mine)


@pytest.mark.django_db(transaction=True)
def test_what_rolls_back_leaves_no_gap():
    thing = Authority.objects.create(name="甲局")
    with transaction.atomic():
        before = append_all([Line("parties.test", thing)])[0]
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        append(None, "parties.test", thing)
        raise ZeroDivisionError
    with transaction.atomic():
        assert append_all([Line("parties.test", thing)])[0].sequence == before.sequence + 1
    assert verify().ok


@pytest.mark.django_db
def test_lines_of_a_verb_are_written_together_at_its_end():
    thing = Authority.objects.create(name="甲局")
    facts = {"n": 1}
    before = Entry.objects.count()
    with journalled():
        append(None, "parties.outer", thing, facts)
        facts["n"] = 2  # the line says what was true when it was made
        with contextlib.suppress(ZeroDivisionError), journalled():
            append(None, "parties.failed", thing)
            raise ZeroDivisionError
        with journalled():
            append(None, "parties.inner", thing)
        assert Entry.objects.count() == before
    written = list(Entry.objects.order_by("sequence"))[before:]
    assert [(entry.verb, entry.data) for entry in written] == [("parties.outer", {"n": 1}), ("parties.inner", {})]
    with pytest.raises(ZeroDivisionError), journalled():
        append(None, "parties.failed", thing)
        raise ZeroDivisionError
    assert Entry.objects.count() == before + 2
    assert verify().ok
