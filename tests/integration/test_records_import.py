"""Whole files: the command, two at once, killed in the middle, and the pages."""

import io
import json
import threading
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from exchange.models import OutboundEvent
from notices.models import Notice
from parties.identity import identity_check_character
from parties.models import Authority
from records.actions import registration
from records.intake.run import RowResult, import_file, start_run
from records.models import AdverseRecord, CorrectionProposal, ImportRow, ImportRun
from records.tasks import process_import, resume_imports
from records.views.runs import harmless
from tests.records_world import code, office, row, write_csv


@pytest.fixture
def world(db):
    return office()


def numbered(count, **changes):
    return [row(行政处罚决定书文号=f"青市监处罚〔2026〕{n}号", **changes) for n in range(1, count + 1)]


def command(path, *options):
    """Return (exit code, output)."""
    out = io.StringIO()
    try:
        call_command("import_records", str(path), *options, stdout=out)
    except CommandError as error:
        return error.returncode, str(error)
    except SystemExit as ended:
        return ended.code, out.getvalue()
    return 0, out.getvalue()


def test_the_command_in_words(world, tmp_path):
    path = write_csv(tmp_path / "a.csv", [row(), row(统一社会信用代码="", 行政处罚决定书文号="青市监处罚〔2026〕13号")])
    status, text = command(path)
    assert status == 1
    record = AdverseRecord.objects.get()
    assert f"第2行 已录入 {record.public_id} {record.document_number}" in text
    assert "第3行 未录入" in text and "名称不能用来确定是谁" in text
    assert "共 2 行：已录入 1，已存在 0，未录入 1，拟更正 0。" in text
    status, text = command(write_csv(tmp_path / "b.csv", [row()]))
    assert status == 0 and "已存在 1" in text


def test_the_command_as_json(world, tmp_path):
    path = write_csv(tmp_path / "a.csv", [row(), row(处罚内容="罚款人民币叁万元。", **{"罚款金额（万元）": "3"})])
    status, text = command(path, "--json", "--source", "青禾区市场监督管理局信用科")
    report = json.loads(text)
    assert status == 1
    assert report["counts"] == {"taken": 1, "known": 0, "refused": 0, "corrected": 1}
    assert (report["file"], report["source"], report["dry_run"]) == (str(path), "青禾区市场监督管理局信用科", False)
    taken, corrected = report["rows"]
    assert (taken["row"], taken["outcome"], taken["reasons"]) == (2, "taken", [])
    assert taken["record"]["document_number"] == row()["行政处罚决定书文号"]
    assert taken["record"]["fine_amount"] == "20000.00"
    assert taken["record"]["data_provider"] == "青禾区市场监督管理局信用科"
    assert taken["record"]["public_id"] == AdverseRecord.objects.get().public_id
    assert {"field": "fine_amount", "from": "2", "to": "20000.00"}.items() <= taken["changes"][0].items()
    assert corrected["outcome"] == "corrected"
    assert {reason["field"] for reason in corrected["reasons"]} == {"fine_amount", "content"}
    assert AdverseRecord.objects.get().fine_amount == 20000


def test_a_dry_run_says_the_same_and_writes_nothing(world, tmp_path):
    path = write_csv(tmp_path / "a.csv", [row(), row()])
    status, text = command(path, "--dry-run", "--json")
    report = json.loads(text)
    assert status == 0 and report["dry_run"] is True
    assert [line["outcome"] for line in report["rows"]] == ["taken", "known"]
    assert report["rows"][0]["record"]["public_id"] is None
    for model in (AdverseRecord, ImportRun, ImportRow, Notice, OutboundEvent):
        assert not model.objects.exists()


def test_an_unreadable_file_is_one_sentence(world, tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"%PDF-1.7")
    status, text = command(path)
    assert status == 1 and "PDF" in text
    status, text = command(path, "--json")
    assert status == 1 and set(json.loads(text)) == {"ok", "file", "error"}
    assert {run.status for run in ImportRun.objects.all()} == {"refused"}
    status, text = command(tmp_path / "none.csv", "--json")
    assert status == 1 and "error" in json.loads(text)


def test_without_a_lead_office_nothing_begins(db, tmp_path):
    status, text = command(write_csv(tmp_path / "a.csv", [row()]))
    assert status == 1 and "信用主管部门" in text
    assert not ImportRow.objects.exists() and not Authority.objects.exists()


def test_killed_in_the_middle_and_run_again(world, tmp_path):
    path = write_csv(tmp_path / "a.csv", numbered(5))
    for done, _result in enumerate(import_file(path)):
        if done == 2:  # the run itself, then two rows
            break
    killed = ImportRun.objects.get()
    assert (killed.status, killed.rows.count(), AdverseRecord.objects.count()) == ("running", 2, 2)
    ImportRun.objects.update(leased_until=None)
    results = [each.outcome for each in import_file(path) if isinstance(each, RowResult)]
    assert results == ["known", "known", "taken", "taken", "taken"]
    assert (AdverseRecord.objects.count(), Notice.objects.count(), OutboundEvent.objects.count()) == (5, 10, 5)
    killed.refresh_from_db()
    assert killed.status == "interrupted"


def test_a_row_that_fails_leaves_nothing_of_itself(world, tmp_path, monkeypatch):
    path = write_csv(tmp_path / "a.csv", numbered(2))
    real = registration.send_letters

    def fail(records, actor):
        real(records, actor)
        if any("2号" in record.document_number for record in records):
            raise KeyboardInterrupt

    monkeypatch.setattr(registration, "send_letters", fail)
    with pytest.raises(KeyboardInterrupt):
        list(import_file(path))
    assert AdverseRecord.objects.count() == 1
    assert (Notice.objects.count(), OutboundEvent.objects.count(), ImportRow.objects.count()) == (2, 1, 1)


def test_the_background_goes_on_where_it_stopped(world, tmp_path, monkeypatch):
    path = write_csv(tmp_path / "a.csv", numbered(4))
    run = start_run(path, "报送.csv", "", world.officer, keep=True)
    assert process_import(run.pk) == "busy", "somebody holds the lease"
    ImportRun.objects.update(leased_until=None)
    assert resume_imports() == 1
    monkeypatch.setattr("records.tasks.WORK_SECONDS", 1e-9)
    assert process_import(run.pk) == "again"
    assert run.rows.count() == 1
    monkeypatch.setattr("records.tasks.WORK_SECONDS", 60)
    assert process_import(run.pk) == "finished"
    assert process_import(run.pk) == "busy"
    run.refresh_from_db()
    assert (run.status, run.total, list(run.rows.values_list("outcome", flat=True))) == ("finished", 4, ["taken"] * 4)
    assert not run.file


def test_the_sweep_closes_a_killed_command(world, tmp_path):
    path = write_csv(tmp_path / "a.csv", numbered(2))
    next(iter(import_file(path)))
    assert (resume_imports(), ImportRun.objects.get().status) == (0, "running"), "its lease still holds"
    ImportRun.objects.update(leased_until=timezone.now() - timedelta(days=1))
    assert (resume_imports(), ImportRun.objects.get().status) == (0, "interrupted")


def test_a_file_that_always_stops_its_worker_is_given_up(world, tmp_path):
    run = start_run(write_csv(tmp_path / "a.csv", numbered(1)), "a.csv", "", None, keep=True)
    ImportRun.objects.update(leased_until=None, attempts=5)
    assert process_import(run.pk) == "refused"
    run.refresh_from_db()
    assert run.status == "refused" and run.error


@pytest.mark.django_db(transaction=True)
def test_two_imports_of_one_file_at_once(tmp_path):
    office()
    path = write_csv(tmp_path / "a.csv", numbered(8, 处罚机关="青禾区新机关", 统一社会信用代码=code(55)))
    outcomes, errors = [], []

    def work():
        try:
            outcomes.extend(each.outcome for each in import_file(path) if isinstance(each, RowResult))
        except BaseException as error:  # noqa: BLE001 - shown by the test's own thread
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert sorted(outcomes) == ["known"] * 8 + ["taken"] * 8
    assert (AdverseRecord.objects.count(), Notice.objects.count(), OutboundEvent.objects.count()) == (8, 16, 8)
    assert Authority.objects.filter(name="青禾区新机关").count() == 1


def upload(client, content, name="报送.csv", **extra):
    file = SimpleUploadedFile(name, content)
    return client.post(reverse("records:import"), {"file": file, "source": "", "direct": "on", **extra})


def csv_bytes(tmp_path, rows):
    return write_csv(tmp_path / "upload.csv", rows).read_bytes()


def test_uploading_shows_every_row_with_its_cure(world, client, tmp_path):
    client.force_login(world.officer)
    assert client.get(reverse("records:import")).status_code == 200
    rows = [row(), row(统一社会信用代码="913702******1J283L", 行政处罚决定书文号="青市监处罚〔2026〕13号")]
    response = upload(client, csv_bytes(tmp_path, rows))
    run = ImportRun.objects.get()
    assert response.status_code == 302 and response.url == reverse("records:import_run", args=[run.pk])
    assert (run.started_by, run.file_name, run.status) == (world.officer, "报送.csv", "finished")
    page = client.get(response.url)
    text = page.content.decode()
    assert page.status_code == 200
    assert "已录入" in text and "打码" in text and "由万元换算为元" in text
    assert "报送.csv" in client.get(reverse("records:import")).content.decode()
    only = client.get(response.url + "?outcome=refused").content.decode()
    assert "13号" in only and AdverseRecord.objects.get().public_id not in only


def test_a_long_file_goes_to_the_background_with_progress(world, client, tmp_path, monkeypatch):
    monkeypatch.setattr("records.views.uploads.ROWS_AT_ONCE", 3)
    client.force_login(world.officer)
    response = upload(client, csv_bytes(tmp_path, numbered(5)))
    run = ImportRun.objects.get()
    assert (run.status, AdverseRecord.objects.count()) == ("running", 0)
    assert "正在后台录入" in client.get(response.url).content.decode()
    part = client.get(response.url, headers={"HX-Request": "true"})
    assert "HX-Refresh" not in part and "hx-trigger" in part.content.decode()
    assert process_import(run.pk) == "finished"
    assert client.get(response.url, headers={"HX-Request": "true"})["HX-Refresh"] == "true"


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"", "a.csv", "空的"),
        (b"%PDF-1.7", "a.xlsx", "PDF"),
        (b"PK\x03\x04" + b"\x00" * 100, "a.xlsx", "损坏"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le") * 9, "a.xlsx", "密码"),
        ("甲,乙\n1,2\n".encode(), "a.csv", "表头"),
        (b"[" * 100_000, "a.json", "嵌套"),
    ],
)
def test_bad_uploads_get_a_sentence(world, client, content, name, sentence):
    client.force_login(world.officer)
    response = upload(client, content, name)
    assert response.status_code == 400
    assert sentence in response.content.decode()
    assert not AdverseRecord.objects.exists()


def test_too_big_and_no_file(world, client, settings, tmp_path):
    client.force_login(world.officer)
    assert client.post(reverse("records:import"), {"source": ""}).status_code == 400
    settings.INTAKE_MAX_BYTES = 20
    assert upload(client, csv_bytes(tmp_path, [row()])).status_code == 413


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("officer", 200),
        ("approver", 200),
        ("administrator", 200),
        ("auditor", 403),
        ("enterprise", 403),
        ("platform", 403),
    ],
)
def test_who_may_upload(world, client, tmp_path, name, status):
    client.force_login(getattr(world, name))
    assert client.get(reverse("records:import")).status_code == status
    posted = upload(client, csv_bytes(tmp_path, [row()])).status_code
    assert posted == (302 if status == 200 else status)


def test_who_may_see_a_run(world, client, tmp_path):
    path = write_csv(tmp_path / "a.csv", [row()])
    list(import_file(path, actor=world.officer))
    run = ImportRun.objects.get()
    for name, status in (("officer", 200), ("colleague", 403), ("approver", 200), ("auditor", 200), ("stranger", 403)):
        client.force_login(getattr(world, name))
        for page in ("records:import_run", "records:import_report"):
            assert client.get(reverse(page, args=[run.pk])).status_code == status, name
    client.logout()
    assert client.get(reverse("records:import_run", args=[run.pk])).status_code == 302


def test_proposals_are_decided_on_the_page(world, client, tmp_path):
    client.force_login(world.officer)
    upload(client, csv_bytes(tmp_path, [row()]))
    response = upload(client, csv_bytes(tmp_path, [row(处罚内容="罚款人民币贰万元整。")]))
    assert "采纳更正" in client.get(response.url).content.decode()
    proposal = CorrectionProposal.objects.get()
    address = reverse("records:decide_proposal", args=[proposal.pk])
    assert client.get(address).status_code == 405
    assert client.post(address, {"verb": "adopt"}).status_code == 302
    assert AdverseRecord.objects.get().content == "罚款人民币贰万元整。"
    assert client.post(address, {"verb": "adopt"}).status_code == 409
    client.force_login(world.stranger)
    assert client.post(address, {"verb": "adopt"}).status_code == 403


def test_the_report_cannot_act_as_formulas(world, client, tmp_path):
    client.force_login(world.officer)
    response = upload(client, csv_bytes(tmp_path, [row(行政相对人名称="-1+1有限公司")]))
    report = client.get(response.url + "report.csv")
    assert report["Content-Type"].startswith("text/csv")
    text = report.getvalue().decode("utf-8-sig")
    assert "'-1+1有限公司" in text
    assert [harmless(cell) for cell in ("=1", "+1", "@a", "a", 3)] == ["'=1", "'+1", "'@a", "a", "3"]


def test_identity_numbers_stay_masked(world, client, tmp_path):
    number = "37029919900307881" + identity_check_character("37029919900307881")
    rows = [
        {**row(行政相对人类别="自然人", 统一社会信用代码="", 行政相对人名称="田小禾"), "证件号码": f" {number}"},
        {**row(行政相对人类别="自然人", 统一社会信用代码="", 行政相对人名称="田小禾"), "证件号码": number[:-1] + "z"},
    ]
    client.force_login(world.officer)
    response = upload(client, csv_bytes(tmp_path, rows))
    page = client.get(response.url).content.decode()
    assert number not in page and number[:-1] not in page and "3702**********" in page
    stored = [str((each.understood, each.changes, each.reasons, each.warnings)) for each in ImportRow.objects.all()]
    assert all(number[:-1] not in text for text in stored)
