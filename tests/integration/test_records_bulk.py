"""Long files are taken in many rows to a transaction: with the same result for every row, and whole when interrupted."""

import json
from collections import Counter, defaultdict

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django_q.models import OrmQ

from config.invariants import walk
from exchange import actions as exchange
from exchange.models import Delivery, OutboundEvent
from journal.models import Entry
from journal.reading import verify
from notices.models import Notice, NumberCounter
from parties import actions as identity
from parties.identity import identity_check_character
from parties.models import Authority, Subject
from records.actions import decide_proposal, go_on_undoing, matching, registration, start_undo, teach
from records.canonical import as_text
from records.intake import taking
from records.intake.batch import take_batch
from records.intake.older_codes import mapped_codes
from records.intake.run import RowResult, import_file
from records.intake.source import FileRefused, Layout, Row, Source
from records.intake.validation import check
from records.models import AdverseRecord, CorrectionProposal, ImportRow, ImportRun
from records.search.models import RegisterName
from tests.records_world import code, days_ago, draft, office, row, write_csv

NEW = "青禾区新机关"
SOURCE = "青禾区信用中心"
#: Columns that only some rows fill; of the last three nobody but the source knows what they mean.
MORE = ("证件号码", "处罚机关统一社会信用代码", "注册号", "组织机构代码", "备考说明", "实缴", "内部编号")
TAUGHT = {"备考说明": "remark", "实缴": "fine_amount|万元", "内部编号": ""}
#: Every column of a record, save keys and moments: a column that comes later is compared without a change here.
EVERY_FIELD = sorted(
    {field.name for field in AdverseRecord._meta.concrete_fields}
    - {"id", "public_id", "subject", "authority", "registered_at", "removed_at"}
)


@pytest.fixture
def world(db):
    world = office()
    for name in ("甲平台", "乙平台"):
        exchange.subscribe(None, name, "http://127.0.0.1:9/events")
    return world


def person(name: str, serial: int) -> dict[str, str]:
    number = f"37029919900307{serial:03}"
    return {
        "行政相对人类别": "自然人",
        "行政相对人名称": name,
        "统一社会信用代码": "",
        "证件号码": number + identity_check_character(number),
    }


def numbered(count: int, first: int = 1, **changes) -> list[dict[str, str]]:
    return [
        row(行政处罚决定书文号=f"青市监处罚〔2026〕{n}号", 统一社会信用代码=code(1000 + n % 700), **changes)
        for n in range(first, first + count)
    ]


def mixed() -> list[dict[str, str]]:
    """Rows of every fate, many of which meet each other within one chunk."""

    def case(n, **changes):
        return row(行政处罚决定书文号=f"青市监处罚〔2026〕{n}号", **changes)

    three = {"处罚内容": "罚款人民币叁万元。", "罚款金额（万元）": "3"}
    rows = [
        case(1),
        case(1),  # known: the same row again
        case(2, 处罚类别="警告", 处罚内容="警告。", **{"罚款金额（万元）": ""}),  # minor: withheld
        case(3, 处罚决定日期=days_ago(365 * 4).isoformat()),  # expired, and late
        case(4, **person("田小禾", 881)),
        case(5, **person("田小禾", 882)),  # another person of the same name
        case(6, **person("田大禾", 881)),  # the number known under another name
        case(7, 行政相对人名称="青禾改名食品有限公司"),  # a name that differs
        case(8, 统一社会信用代码=code(77), 行政相对人名称="青禾七七有限公司"),
        case(9, 统一社会信用代码=code(77).lower(), 行政相对人名称="青禾七八有限公司"),  # new in this chunk, two names
        case(8, 统一社会信用代码=code(77), 行政相对人名称="青禾七七有限公司", **three),  # corrects one of this chunk
        case(8, 统一社会信用代码=code(77), 行政相对人名称="青禾七七有限公司", **three),  # the same correction again
        case(10, 处罚机关=NEW, 处罚机关统一社会信用代码=code(90, registrar="1")),  # an authority nobody knew
        case(11, 处罚机关=NEW, 处罚机关统一社会信用代码=code(91, registrar="1")),  # ... with another code: refused
        case(12, 处罚机关="青禾区新机关（筹）", 处罚机关统一社会信用代码=code(90, registrar="1")),  # its code: found
        case(13, 处罚机关=NEW),
        case(14, 处罚机关="青禾区应急管理局"),
        case(15, 处罚机关统一社会信用代码="坏代码"),
        case(16, 统一社会信用代码="913702******1J283L"),
        case(17, 行政相对人类别="自然人", 统一社会信用代码=""),
        case(18, 处罚决定日期=days_ago(-3).isoformat()),
        case(19, 处罚内容="当场作出处罚，罚款50元。"),
        row(行政处罚决定书文号=""),
        case(20, 处罚类别="责令停产停业", 处罚内容="责令停产停业。", **{"罚款金额（万元）": ""}),
        case(21, 处罚类别="罚款;警告", 处罚内容="警告；罚款2万元。"),
        case(22, **{"罚款金额（万元）": "20000"}),  # 元 and 万元 mixed up
        row(
            行政处罚决定书文号="青市监处罚（2026）第0002 号",
            处罚类别="警告",
            处罚内容="警告。",
            **{"罚款金额（万元）": ""},
        ),
        case(23, 处罚机关="青禾区图书馆", **person("田中禾", 883)),  # 先提醒、后记录: not reminded yet
        case(901),  # known from before
        case(902, **three),  # corrects one from before
        case(903, **three),  # a correction that an officer has dismissed
        case(904),  # its import was undone: comes in anew
        case(904, **three),  # ... and is corrected
        case(905),  # undone and taken in again: known
        case(31, 统一社会信用代码="", 注册号="370299 100000012"),  # by an applied mapping
        case(31, 统一社会信用代码=code(310)),  # the same subject by its code: known
        case(32, 统一社会信用代码="370299100000012"),  # the older code stands in the wrong column
        case(33, 统一社会信用代码="", 注册号="370299100000013"),  # proposed, nobody has checked it
        case(34, 统一社会信用代码="", 注册号="370299100000012", 组织机构代码="12345678-9"),  # they disagree
        case(35, 统一社会信用代码="", 组织机构代码="12345678-9", 行政相对人名称="青禾旧名有限公司"),
        case(36, 备考说明="按简易程序办理"),  # not collected: only the taught heading says so
        case(37, 实缴="3.5", **{"罚款金额（万元）": ""}, 处罚内容="罚款人民币叁万伍仟元。"),  # a taught amount
        case(38, 内部编号="第七号"),  # a column that is passed over
    ]
    return [dict.fromkeys(MORE, "") | each for each in rows]


def few(path, *serials: int):
    return write_csv(path / "few.csv", [row(行政处罚决定书文号=f"青市监处罚〔2026〕{n}号") for n in serials])


def before(world, path):
    """What the register held before the file came: records, one undone, headings taught, codes mapped."""
    run, *_results = import_file(few(path, 904, 905), actor=world.lead_officer)
    run.refresh_from_db()
    assert go_on_undoing(start_undo(run, world.lead_officer, "处罚机关一列整体错位"))
    list(import_file(few(path, 905)))
    teach(world.lead_officer, SOURCE, TAUGHT)
    for kind, old, new, checked in (
        ("registration", "370299100000012", code(310), True),
        ("organisation", "12345678-9", code(311), True),
        ("registration", "370299100000013", code(312), False),
    ):
        mapping = identity.propose_mapping(world.officer, kind, old, new, "营业执照换证记录")
        if checked:
            identity.apply(world.lead_officer, identity.check(world.lead_officer, mapping, "与登记档案一致"))
    rows = [row(行政处罚决定书文号=f"青市监处罚〔2026〕{n}号") for n in (901, 902, 903)]
    list(import_file(write_csv(path / "before.csv", rows)))
    other = row(
        行政处罚决定书文号="青市监处罚〔2026〕903号", 处罚内容="罚款人民币叁万元。", **{"罚款金额（万元）": "3"}
    )
    list(import_file(write_csv(path / "other.csv", [other])))
    with transaction.atomic():
        decide_proposal(CorrectionProposal.objects.get(), world.lead_officer, False)


def picture(results: list[RowResult]) -> dict:
    """Everything that an import left, with names for what is random or counted by the database."""
    records = {record.pk: record for record in AdverseRecord.objects.select_related("subject", "authority")}
    names = {
        str(pk): f"{record.document_key}/{record.subject.name}/{record.subject.shown_code}" + "/undone" * record.undone
        for pk, record in records.items()
    }
    random = {record.public_id: names[str(pk)] for pk, record in records.items()}
    # A rolled back import keeps its primary key on PostgreSQL, and an undone one is called by it.
    random |= {f"录入{run.pk}": f"import/{run.file_name}" for run in ImportRun.objects.all()}

    def plain(thing):
        if isinstance(thing, dict):
            return {
                key: plain(value) for key, value in thing.items() if key not in ("import_run", "proposal", "digest")
            }
        if isinstance(thing, list):
            return [plain(value) for value in thing]
        return random.get(thing, thing) if isinstance(thing, str) else thing

    numbers = {str(notice.pk): notice.number for notice in Notice.objects.all()}
    journal = defaultdict(list)
    for entry in Entry.objects.order_by("sequence"):
        known = {"records.adverserecord": names, "notices.notice": numbers}.get(entry.thing_type)
        data = {key: names.get(value, value) if key == "about" else value for key, value in plain(entry.data).items()}
        if known:
            journal[known[entry.thing_id]].append((entry.verb, entry.actor_name, data))
    return {
        "results": [plain(result.as_json()) for result in results],
        "rows": [
            plain([each.number, each.outcome, each.place, each.reasons, each.warnings, each.changes, each.understood])
            + [names.get(str(each.record_id))]
            for each in ImportRow.objects.order_by("run", "number")
        ],
        "records": sorted(
            (
                [names[str(record.pk)], record.authority.name, bool(record.removed_at)]
                + [[name, as_text(getattr(record, name))] for name in EVERY_FIELD]
                for record in records.values()
            ),
            key=str,
        ),
        "subjects": sorted(Subject.objects.values_list("kind", "name", "code", "identity_number").order_by(), key=str),
        "authorities": sorted(Authority.objects.values_list("name", "code", "is_online"), key=str),
        "letters": [
            [each.number, each.kind, each.issuer.name, each.addressee.name, plain(each.facts), each.rule_ids]
            + [names[each.thing_id], each.thing_type, each.rendering, each.next_at == each.issued_at]
            for each in Notice.objects.select_related("issuer", "addressee").order_by("series", "serial")
        ],
        "register": sorted(
            (bytes(name), code) for name, code in RegisterName.objects.values_list("ending", "subject__code")
        ),
        "counters": sorted(NumberCounter.objects.values_list("series", "year", "last")),
        "events": [
            [each.id, each.type, random[each.subject], each.sequence, plain(each.data)]
            for each in OutboundEvent.objects.order_by("id")
        ],
        "deliveries": Counter(Delivery.objects.values_list("event", "subscriber__name", "status")),
        "proposals": [
            [names[str(each.record_id)], each.differences, each.content_hash, each.status, each.run.file_name]
            for each in CorrectionProposal.objects.order_by("id")
        ],
        "journal": dict(journal),
        "journal lines": Counter(Entry.objects.values_list("verb", flat=True)),
    }


def imported(world, path, monkeypatch, tmp_path, chunk: int, actor: str) -> dict:
    """Take the mixed file in, so many rows at a time, and forget it again; return what it left."""
    monkeypatch.setattr(taking, "BULK_FROM", 1 if chunk > 1 else 10_000)
    monkeypatch.setattr(taking, "CHUNK", chunk)
    with transaction.atomic():
        before(world, tmp_path)
        results = list(import_file(path, source=SOURCE, actor=getattr(world, actor, None)))
        left = picture([each for each in results if isinstance(each, RowResult)])
        assert verify().ok and not list(walk())
        transaction.set_rollback(True)
    return left


@pytest.mark.parametrize("actor", ["nobody", "officer", "lead_officer"])
def test_many_at_once_leave_what_one_by_one_leaves(world, monkeypatch, tmp_path, actor):
    path = write_csv(tmp_path / "mixed.csv", mixed())
    together = Counting(taking.take_together)
    monkeypatch.setattr(taking, "take_together", together)
    single = imported(world, path, monkeypatch, tmp_path, 1, actor)
    assert not together.calls
    outcomes = Counter(result["outcome"] for result in single["results"])
    assert set(outcomes) == {"taken", "known", "corrected", "refused"} and min(outcomes.values()) > 1
    assert not actor.endswith("officer") or fate(single, 31) == ["taken", "known"]
    if actor == "lead_officer":
        assert [fate(single, n) for n in (904, 905, 32, 33, 34, 35, 36, 37, 38)] == [
            *(["taken", "corrected"], ["known"], ["taken"], ["refused"], ["refused"], ["taken"], ["refused"]),
            *(["taken"], ["taken"]),
        ]
    for chunk in (100, 7):
        several = imported(world, path, monkeypatch, tmp_path, chunk, actor)
        for name, expected in single.items():
            assert several[name] == expected, name
    rows = len(mixed())
    chunks = sum(rows // chunk + (rows % chunk > 1) for chunk in (100, 7))  # a single row at the end is no chunk
    assert together.calls == chunks + 4, "no chunk fell back to single rows, nor those of before()"


def fate(left: dict, number: int) -> list[str]:
    """What became of the rows of one document."""
    return [
        each["outcome"]
        for each in left["results"]
        if each["record"]["document_number"] == f"青市监处罚〔2026〕{number}号"
    ]


class Counting:
    """Calls a function, and counts."""

    def __init__(self, function):
        self.function, self.calls = function, 0

    def __call__(self, *arguments):
        result = self.function(*arguments)
        self.calls += 1
        return result


def test_a_batch_over_the_api_goes_the_same_way(world, monkeypatch):
    monkeypatch.setattr(taking, "BULK_FROM", 10)
    together = Counting(taking.take_together)
    monkeypatch.setattr(taking, "take_together", together)
    answer = take_batch(b"the request", [*numbered(20), *numbered(1)], "", world.officer)
    assert answer["counts"] == {"taken": 20, "known": 1, "refused": 0, "corrected": 0}
    assert together.calls == 1 and not list(walk())


def test_older_codes_of_many_rows_are_looked_up_at_once(world, django_assert_num_queries):
    drafts = [draft(subject_code="", registration_number=f"37029910000{n:04}") for n in range(50)]
    with django_assert_num_queries(1):
        codes = mapped_codes(drafts)
        assert all(check(each, codes)[0].code == "old_code_only" for each in drafts)


def test_killed_within_a_chunk_and_run_again(world, tmp_path, monkeypatch):
    monkeypatch.setattr(taking, "BULK_FROM", 10)
    monkeypatch.setattr(taking, "CHUNK", 10)
    path = write_csv(tmp_path / "a.csv", numbered(35))
    real = registration.send_letters

    def die(records, actor):
        letters = real(records, actor)
        if any(record.document_number == "青市监处罚〔2026〕23号" for record in records):
            raise KeyboardInterrupt
        return letters

    with monkeypatch.context() as patch:
        patch.setattr(registration, "send_letters", die)
        with pytest.raises(KeyboardInterrupt):
            list(import_file(path))
    assert ImportRow.objects.count() == AdverseRecord.objects.count() == OutboundEvent.objects.count() == 20
    assert Notice.objects.count() == 40 and not list(walk())
    ImportRun.objects.update(leased_until=None)
    results = Counter(each.outcome for each in import_file(path) if isinstance(each, RowResult))
    assert results == {"known": 20, "taken": 15}
    assert (AdverseRecord.objects.count(), Notice.objects.count(), OutboundEvent.objects.count()) == (35, 70, 35)
    assert not list(walk())


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ZeroDivisionError("unexpected"), "our_mistake"),
        (UnicodeEncodeError("utf-8", "\ud800", 0, 1, "no"), "unstorable"),
    ],
)
def test_a_bad_row_costs_only_itself(world, tmp_path, monkeypatch, error, reason):
    monkeypatch.setattr(taking, "BULK_FROM", 5)
    path = write_csv(tmp_path / "a.csv", [*numbered(20), *numbered(3)])
    real = registration.work_out

    def fail(record, today=None):
        if record.document_number == "青市监处罚〔2026〕13号":
            raise error
        return real(record, today)

    monkeypatch.setattr(registration, "work_out", fail)
    results = [each for each in import_file(path) if isinstance(each, RowResult)]
    assert Counter(each.outcome for each in results) == {"taken": 19, "refused": 1, "known": 3}
    bad = next(each for each in results if each.outcome == "refused")
    assert bad.number == 14 and [each["code"] for each in bad.reasons] == [reason]
    assert bad.reasons[0]["cure"]
    assert ImportRun.objects.get().status == "finished" and not list(walk())


@pytest.fixture
def breaking_off(tmp_path, monkeypatch):
    """A file of 25 good rows after which nothing can be read."""

    def rows():
        for number in range(1, 26):
            yield Row(number, list(numbered(1, number)[0].items()))
        raise FileRefused("broken", "后面读不出来了。")

    monkeypatch.setattr(taking, "BULK_FROM", 10)
    monkeypatch.setattr(taking, "CHUNK", 10)
    monkeypatch.setattr("records.intake.run.open_source", lambda path, headings: Source(Layout("csv"), rows()))
    return write_csv(tmp_path / "a.csv", numbered(1))


def test_a_file_that_breaks_off_keeps_its_good_rows(world, breaking_off):
    found = []
    with pytest.raises(FileRefused):
        for each in import_file(breaking_off):
            found.append(each)
    assert len(found) == 26 and AdverseRecord.objects.count() == 25
    run = ImportRun.objects.get()
    assert (run.status, run.error) == ("refused", "后面读不出来了。")


def test_the_report_of_a_file_that_breaks_off_is_one_object_with_its_rows(world, breaking_off, capsys):
    with pytest.raises(SystemExit) as ended:
        call_command("import_records", str(breaking_off), "--json")
    report = json.loads(capsys.readouterr().out)
    assert ended.value.code == 1 and report["error"] == "后面读不出来了。"
    assert [each["row"] for each in report["rows"]] == list(range(1, 26))
    assert report["counts"] == {"taken": 25, "known": 0, "refused": 0, "corrected": 0}


def test_the_report_of_a_run_is_streamed(world, client, tmp_path):
    list(import_file(write_csv(tmp_path / "a.csv", numbered(3)), actor=world.officer))
    client.force_login(world.officer)
    report = client.get(reverse("records:import_report", args=[ImportRun.objects.get().pk]))
    assert report.streaming and len(report.getvalue().decode("utf-8-sig").splitlines()) == 4


@pytest.mark.parametrize("looked_for", ["subjects", "records"])
def test_somebody_registers_the_same_a_moment_before(world, tmp_path, monkeypatch, looked_for):
    """Subjects and records that appear between looking and writing are found, not doubled."""
    rows = numbered(6)
    list(import_file(write_csv(tmp_path / "a.csv", rows[:2])))
    module, name = {"subjects": (matching, "_subjects"), "records": (registration, "find_records")}[looked_for]
    real, blind = getattr(module, name), [True]

    def not_yet(keys):
        return {} if blind and blind.pop() else real(keys)

    monkeypatch.setattr(module, name, not_yet)
    monkeypatch.setattr(taking, "BULK_FROM", 1)
    results = [each.outcome for each in import_file(write_csv(tmp_path / "b.csv", rows)) if isinstance(each, RowResult)]
    assert results == ["known"] * 2 + ["taken"] * 4
    assert not blind and AdverseRecord.objects.count() == Subject.objects.exclude(pk=world.subject.pk).count() == 6


def test_what_the_database_refuses_for_another_reason_is_not_tried_for_ever(world, monkeypatch):
    def refuse(*_objects):
        raise IntegrityError("something else")

    monkeypatch.setattr(registration.AdverseRecord.objects, "bulk_create", refuse)
    with pytest.raises(IntegrityError, match="something else"), transaction.atomic():
        registration.register(draft(), None, None)


def test_a_long_import_rings_once_and_keeps_every_promise(world, tmp_path, capsys):
    path = write_csv(tmp_path / "long.csv", numbered(2300))
    bells = OrmQ.objects.count()
    counts = Counter(each.outcome for each in import_file(path) if isinstance(each, RowResult))
    assert counts == {"taken": 2300}
    rung = Counter(bell.func() for bell in OrmQ.objects.order_by("id")[bells:])
    assert rung == {"notices.tasks.sweep": 1, "exchange.tasks.sweep": 1}
    assert (Notice.objects.count(), OutboundEvent.objects.count(), Delivery.objects.count()) == (4600, 2300, 4600)
    assert Entry.objects.filter(verb="records.register").count() == 2300
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # what autovacuum does within a minute; without it PostgreSQL joins blindly
    call_command("check_invariants")
    call_command("journal", "verify")
    assert "全部相符" in capsys.readouterr().out
    run = ImportRun.objects.get()
    assert (run.status, run.total) == ("finished", 2300)
    again = Counter(each.outcome for each in import_file(path) if isinstance(each, RowResult))
    assert again == {"known": 2300} and AdverseRecord.objects.count() == 2300


def test_a_short_file_rings_for_each_letter(world, tmp_path):
    bells = OrmQ.objects.count()
    list(import_file(write_csv(tmp_path / "a.csv", numbered(2))))
    rung = Counter(bell.func() for bell in OrmQ.objects.order_by("id")[bells:])
    assert rung == {"notices.tasks.render": 4, "exchange.tasks.deliver": 4}


def test_a_letter_lost_of_many_is_found(world, tmp_path, monkeypatch):
    monkeypatch.setattr(taking, "BULK_FROM", 1)
    list(import_file(write_csv(tmp_path / "a.csv", numbered(12))))
    assert not list(walk())
    Notice.objects.filter(addressee__code=code(1003)).first().delete()
    assert {broken.promise for broken in walk()} >= {"notice", "numbers"}
