"""A file is looked at before anything is written; what officers teach about headings holds for their source only."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from exchange.models import OutboundEvent
from journal.models import Entry
from notices.models import Notice
from parties.models import Authority, Subject
from policy.verdict import Refused
from records.actions import forget, teach
from records.intake.headings import Headings
from records.intake.preview import drop_stale
from records.intake.run import RowResult, import_file
from records.models import AdverseRecord, HeadingAlias, ImportRow, ImportRun
from tests.records_world import MARKET, code, office, row, write_csv

PERSON = "田小禾"


@pytest.fixture
def world(db):
    return office()


def csv_of(tmp_path, rows):
    return write_csv(tmp_path / "upload.csv", rows).read_bytes()


def upload(client, content, source=MARKET, name="报送.csv"):
    return client.post(reverse("records:import"), {"file": SimpleUploadedFile(name, content), "source": source})


def odd(**changes):
    """A row of an office that has words of its own for the document's number and the fine."""
    mine = row(**changes)
    mine["罚了多少"] = mine.pop("罚款金额（万元）")
    mine["本局编号"] = mine.pop("行政处罚决定书文号")
    return {**mine, "经办": "张三", "处罚内容": "罚款"}


def nothing_written():
    return not any(model.objects.exists() for model in (AdverseRecord, ImportRow, Notice, OutboundEvent))


def choices(page, **wanted):
    """The preview's form filled in: heading -> choice."""
    names = {heading: name for name, heading in page.context["form"].by_name.items()}
    return {names[heading]: choice for heading, choice in wanted.items()}


def test_preview_shows_everything_and_writes_nothing(world, client, tmp_path):
    client.force_login(world.officer)
    rows = [
        row(),
        row(统一社会信用代码="913702******1J283L", 行政处罚决定书文号="青市监处罚〔2026〕13号"),
        row(),
        row(处罚内容="罚款人民币叁万元。", **{"罚款金额（万元）": "3"}),
        row(处罚机关="青禾区新机关", 行政处罚决定书文号="新〔2026〕1号"),
    ]
    subjects, authorities = Subject.objects.count(), Authority.objects.count()
    response = upload(client, csv_of(tmp_path, rows))
    run = ImportRun.objects.get()
    assert response.url == reverse("records:import_preview", args=[run.pk])
    assert (run.status, run.started_by, bool(run.file)) == ("waiting", world.officer, True)
    page = client.get(response.url)
    text = page.content.decode()
    assert page.status_code == 200
    counts = {value: number for value, _label, number in page.context["counts"]}
    assert counts == {"taken": 1, "known": 1, "refused": 2, "corrected": 1}
    assert [row.outcome for row, _lines, _word in page.context["rows"]] == [
        "taken",
        "refused",
        "known",
        "corrected",
        "refused",
    ]
    assert "将录入" in text and ">已录入<" not in text, "nothing has happened yet"
    assert "由万元换算为元" in text and "打码" in text and "不是您所在的机关" in text and "20000.00" in text
    assert nothing_written()
    assert (Subject.objects.count(), Authority.objects.count()) == (subjects, authorities)
    assert client.get(reverse("records:import_run", args=[run.pk])).url == response.url

    started = client.post(response.url, {"verb": "start"})
    assert started.url == reverse("records:import_run", args=[run.pk])
    run.refresh_from_db()
    assert (run.status, run.total, bool(run.file)) == ("finished", 5, False)
    real = dict.fromkeys(counts, 0)
    for outcome in run.rows.values_list("outcome", flat=True):
        real[outcome] += 1
    assert real == counts, "what was foreseen came true"
    assert client.post(response.url, {"verb": "start"}).status_code == 409
    assert client.get(response.url).url == started.url


def test_unknown_headings_are_decided_remembered_and_said(world, client, tmp_path):
    client.force_login(world.officer)
    address = upload(client, csv_of(tmp_path, [odd()])).url
    page = client.get(address)
    assert set(page.context["form"].by_name.values()) == {"罚了多少", "本局编号", "经办"}
    assert [result.outcome for result, _lines, _word in page.context["rows"]] == ["refused"]

    wanted = choices(page, 罚了多少="fine_amount|万元", 本局编号="document_number", 经办="-")
    again = client.post(address, {**wanted, "verb": "again", "remember": "on"})
    assert again.url == address
    page = client.get(address)
    [(result, lines, _word)] = page.context["rows"]
    assert result.outcome == "taken" and ("罚款金额", "20000.00") in lines
    assert nothing_written()
    form = page.context["form"]
    assert {h: form[n].initial for n, h in form.by_name.items()} == {
        "罚了多少": "fine_amount|万元", "本局编号": "document_number", "经办": "-",
    }  # fmt: skip
    assert set(HeadingAlias.objects.values_list("source", "heading", "field", "unit")) == {
        (MARKET, "罚了多少", "fine_amount", "万元"), (MARKET, "本局编号", "document_number", ""), (MARKET, "经办", "", ""),
    }  # fmt: skip
    assert Entry.objects.filter(verb="records.teach").count() == 3

    client.post(address, {"verb": "start"})
    record = AdverseRecord.objects.get()
    assert (record.fine_amount, record.document_number) == (20000, row()["行政处罚决定书文号"])
    run = ImportRun.objects.get()
    assert run.layout["passed_over"] == ["经办"] and "unmapped" in run.layout
    assert "按设定不需要的列" in client.get(reverse("records:import_run", args=[run.pk])).content.decode()

    # The next file of the source is understood at once, also by the command; another source's is not.
    path = write_csv(tmp_path / "next.csv", [odd(行政处罚决定书文号="青市监处罚〔2026〕14号")])
    [result] = [each for each in import_file(path, source=f" {MARKET} ") if isinstance(each, RowResult)]
    assert (result.outcome, result.draft.fine_amount) == ("taken", 20000)
    [result] = [each for each in import_file(path, source="别处") if isinstance(each, RowResult)]
    assert result.outcome == "refused"


def test_without_a_source_a_choice_holds_for_this_file_only(world, client, tmp_path):
    client.force_login(world.officer)
    address = upload(client, csv_of(tmp_path, [odd()]), source="").url
    page = client.get(address)
    assert "remember" not in page.context["form"].fields
    wanted = choices(page, 罚了多少="fine_amount|万元", 本局编号="document_number")
    assert client.post(address, {**wanted, "verb": "start", "remember": "on"}).status_code == 302
    assert AdverseRecord.objects.get().fine_amount == 20000
    assert not HeadingAlias.objects.exists()


def test_a_misspelt_heading_is_asked_about(world, client, tmp_path):
    client.force_login(world.officer)
    mine = row()
    mine["行政相对人名秤"] = mine.pop("行政相对人名称")
    page = client.get(upload(client, csv_of(tmp_path, [mine])).url)
    assert list(page.context["form"].by_name.values()) == ["行政相对人名秤"]
    assert "按相近的列理解" in page.content.decode()


@pytest.mark.parametrize("choice", ["nonsense", "fine_amount|亿元", "__class__", "problems"])
def test_a_field_that_there_is_not_is_refused(world, client, tmp_path, choice):
    client.force_login(world.officer)
    address = upload(client, csv_of(tmp_path, [odd()])).url
    page = client.get(address)
    assert client.post(address, {**choices(page, 罚了多少=choice), "verb": "start"}).status_code == 422
    assert nothing_written()
    with pytest.raises(Refused):
        teach(world.officer, MARKET, {"罚了多少": choice})


def test_headings_that_leave_nothing_readable_are_said(world, client, tmp_path):
    client.force_login(world.officer)
    address = upload(client, "文号,没听过\n青〔2026〕1号,1\n处罚机关,2\n".encode() + csv_of(tmp_path, [row()])).url
    page = client.get(address)
    assert page.status_code == 200


def test_dropping_deletes_the_file_and_writes_nothing(world, client, tmp_path, django_capture_on_commit_callbacks):
    client.force_login(world.officer)
    address = upload(client, csv_of(tmp_path, [row()])).url
    path = Path(ImportRun.objects.get().file.path)
    assert path.exists()
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(address, {"verb": "drop"}).url == reverse("records:import")
    run = ImportRun.objects.get()
    assert (run.status, bool(run.file), path.exists()) == ("dropped", False, False)
    assert nothing_written()
    assert "没有录入" in client.get(reverse("records:import_run", args=[run.pk])).content.decode()


def test_a_forgotten_preview_is_let_go(world, client, tmp_path):
    client.force_login(world.officer)
    upload(client, csv_of(tmp_path, [row()]))
    assert drop_stale() == 0
    ImportRun.objects.update(started_at=timezone.now() - timedelta(days=4))
    assert (drop_stale(), drop_stale()) == (1, 0)
    assert ImportRun.objects.get().status == "dropped"


def test_only_the_uploader_starts(world, client, tmp_path):
    client.force_login(world.officer)
    address = upload(client, csv_of(tmp_path, [row()])).url
    for name in ("colleague", "lead_officer", "auditor", "enterprise"):
        client.force_login(getattr(world, name))
        assert client.get(address).status_code == 403, name
        assert client.post(address, {"verb": "start"}).status_code == 403, name
    assert nothing_written()


def test_a_long_file_is_counted_in_part_and_goes_to_the_background(world, client, tmp_path, monkeypatch):
    monkeypatch.setattr("records.intake.preview.MOST_COUNTED", 3)
    client.force_login(world.officer)
    rows = [row(行政处罚决定书文号=f"青市监处罚〔2026〕{n}号") for n in range(1, 6)]
    address = upload(client, csv_of(tmp_path, rows)).url
    assert "只试算了前 3 行" in client.get(address).content.decode()
    client.post(address, {"verb": "start"})
    assert ImportRun.objects.get().status == "running" and not AdverseRecord.objects.exists()


def test_bad_files_are_a_sentence_and_no_preview(world, client):
    client.force_login(world.officer)
    response = upload(client, b"%PDF-1.7", name="a.xlsx")
    assert response.status_code == 400 and "PDF" in response.content.decode()
    assert ImportRun.objects.get().status == "refused"


def test_a_run_reads_its_file_as_it_began(world, tmp_path):
    teach(world.officer, MARKET, {"罚了多少": "fine_amount|万元", "本局编号": "document_number"})
    path = write_csv(tmp_path / "a.csv", [odd(), odd(行政处罚决定书文号="青市监处罚〔2026〕15号")])
    running = import_file(path, source=MARKET)
    run = next(running)
    next(running)
    teach(world.officer, MARKET, {"罚了多少": "fine_amount|元"})
    assert ImportRun.objects.get(pk=run.pk).headings == {"罚了多少": "fine_amount|万元", "本局编号": "document_number"}
    list(running)
    assert set(AdverseRecord.objects.values_list("fine_amount", flat=True)) == {20000}


@pytest.mark.parametrize(
    ("name", "source", "allowed"),
    [
        ("officer", MARKET, True),
        ("officer", "市监局老系统", True),
        ("officer", "青禾区应急管理局", False),
        ("officer", "青禾区 应急管理局", False),
        ("lead_officer", "青禾区应急管理局", True),
        ("administrator", MARKET, True),
        ("auditor", MARKET, False),
        ("enterprise", MARKET, False),
    ],
)
def test_who_may_teach_what(world, client, name, source, allowed):
    client.force_login(getattr(world, name))
    data = {"source": source, "heading": "本局编号", "field": "document_number"}
    status = client.post(reverse("records:aliases"), data).status_code
    assert (status, HeadingAlias.objects.exists()) == ((302, True) if allowed else (403, False))


def test_taught_headings_are_listed_and_forgotten(world, client):
    client.force_login(world.officer)
    assert client.get(reverse("records:aliases")).status_code == 200
    client.post(reverse("records:aliases"), {"source": MARKET, "heading": "罚了多少", "field": "fine_amount|万元"})
    page = client.get(reverse("records:aliases")).content.decode()
    assert "罚了多少" in page and "罚款金额（万元）" in page
    alias = HeadingAlias.objects.get()
    client.force_login(world.colleague)
    assert client.post(reverse("records:forget_alias", args=[alias.pk])).status_code == 403
    client.force_login(world.officer)
    assert client.post(reverse("records:forget_alias", args=[alias.pk])).status_code == 302
    assert "不再这样理解。" in client.get(reverse("records:aliases")).content.decode()
    assert "罚了多少" not in client.get(reverse("records:aliases")).content.decode()
    assert list(Entry.objects.filter(thing_type="records.headingalias").values_list("verb", flat=True)) == [
        "records.teach", "records.forget",
    ]  # fmt: skip
    [taught] = teach(world.officer, MARKET, {"罚了多少": "fine_amount|元"})
    assert (taught.pk, taught.active, taught.unit) == (alias.pk, True, "元")
    assert teach(world.officer, MARKET, {"罚了多少": "fine_amount|元"}) == []
    forget(world.officer, taught)


def test_own_headings_go_before_the_shipped_ones():
    own = Headings({"备注": "facts", "金额": "fine_amount|万元", "罚款金额": ""})
    assert own.find("备注").field == "facts"
    assert (own.find("金额").field, own.find("金额").unit) == ("fine_amount", "万元")
    assert own.find("金额（元）").unit == "元", "a unit in the heading goes first"
    assert own.find("罚款金额（万元）") is None and own.is_passed_over("罚款金额（万元）")
    assert own.find("文号").field == "document_number"


def test_identity_numbers_stay_masked_in_a_preview(world, client):
    from parties.identity import identity_check_character

    number = "37029919900307881" + identity_check_character("37029919900307881")
    mine = {**row(行政相对人类别="自然人", 统一社会信用代码="", 行政相对人名称=PERSON), "证件号码": f" {number}"}
    client.force_login(world.officer)
    address = upload(client, json.dumps([mine]).encode(), name="a.json").url
    page = client.get(address).content.decode()
    assert "3702**********" in page and number[:-1] not in page
    assert number[:-1] not in str(ImportRun.objects.get().layout)


def test_a_preview_of_a_known_code_says_what_differs(world, client, tmp_path):
    client.force_login(world.officer)
    page = client.get(upload(client, csv_of(tmp_path, [row(行政相对人名称="青禾别名有限公司")])).url).content.decode()
    assert "登记名称没有改动" in page and f"subject_code={code(11)}" in page
