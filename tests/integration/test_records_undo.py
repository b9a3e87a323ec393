"""整批撤回: only while nobody has been told; nothing is deleted; killed in the middle it is completed."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from casework.models import Case
from config.invariants import walk
from exchange.models import OutboundEvent
from journal.models import Entry
from notices.models import Notice, ProofOfService
from policy.verdict import Refused
from records.actions import go_on_undoing, start_undo, undo
from records.guards import can_undo
from records.intake.run import RowResult, import_file
from records.models import AdverseRecord, CorrectionProposal, Explanation, ImportRow, ImportRun
from records.tasks import resume_undoing, undo_import
from tests.records_world import office, row, write_csv

REASON = "处罚机关一列整体错位"


@pytest.fixture
def world(db):
    return office()


def take_in(tmp_path, world, count=3, **changes):
    rows = [row(行政处罚决定书文号=f"青市监处罚〔2026〕{n}号", **changes) for n in range(1, count + 1)]
    results = list(import_file(write_csv(tmp_path / "a.csv", rows), actor=world.officer))
    return ImportRun.objects.get(pk=results[0].pk), [each.outcome for each in results if isinstance(each, RowResult)]


def serve(world, notice):
    return ProofOfService.objects.create(
        notice=notice, method="inbox", served_at=timezone.now(), received_by=world.enterprise, received_by_name="林晓"
    )


def open_case(world, record):
    return Case.objects.create(
        kind="repair", record=record, subject=record.subject, opened_by=world.enterprise, authority=record.authority
    )


def test_undoing_revokes_recalls_tells_and_keeps_everything(world, tmp_path):
    run, _outcomes = take_in(tmp_path, world)
    assert can_undo(world.officer, run)
    run = start_undo(run, world.officer, REASON)
    assert go_on_undoing(run)
    run.refresh_from_db()
    assert (run.status, run.undone_by, run.undo_reason) == ("undone", world.officer, REASON)
    records = AdverseRecord.objects.all()
    assert [(record.status, record.undone, bool(record.removed_at)) for record in records] == [
        ("revoked", True, True)
    ] * 3
    letters = Notice.objects.all()
    assert len(letters) == 6 and {letter.status for letter in letters} == {"revoked"}
    assert all(REASON in letter.revocation_reason for letter in letters)
    assert OutboundEvent.objects.filter(type=OutboundEvent.Type.REVOKED).count() == 3
    assert ImportRow.objects.filter(outcome="taken").count() == 3, "what the file was told stays"
    verbs = list(Entry.objects.values_list("verb", flat=True))
    assert [verbs.count(verb) for verb in ("records.undo", "records.undo_record", "records.undone", "notices.recall")] == [
        1, 3, 1, 6,
    ]  # fmt: skip
    assert list(walk()) == []
    assert can_undo(world.officer, run).code == "undone"


def test_the_corrected_file_comes_in_anew(world, tmp_path):
    run, _outcomes = take_in(tmp_path, world)
    go_on_undoing(start_undo(run, world.officer, REASON))
    again, outcomes = take_in(tmp_path, world)
    assert outcomes == ["taken"] * 3
    assert AdverseRecord.objects.filter(status="publicised").count() == 3
    assert take_in(tmp_path, world)[1] == ["known"] * 3
    assert list(walk()) == []
    # And once more: taken back and taken in again, as often as need be.
    go_on_undoing(start_undo(again, world.officer, REASON))
    assert take_in(tmp_path, world)[1] == ["taken"] * 3
    assert AdverseRecord.objects.count() == 9


def served(world, run):
    serve(world, Notice.objects.order_by("pk").last())


def with_case(world, run):
    open_case(world, AdverseRecord.objects.first())


def explained(world, run):
    Explanation.objects.create(
        record=AdverseRecord.objects.first(),
        number=1,
        text="已经改正。",
        submitted_by=world.enterprise,
        submitted_at=timezone.now(),
    )


def running(world, run):
    run.status = "running"


def nothing_taken(world, run):
    ImportRow.objects.update(outcome="known")


def undone(world, run):
    go_on_undoing(start_undo(run, world.officer, REASON))
    run.refresh_from_db()


def undoing(world, run):
    start_undo(run, world.officer, REASON)
    run.refresh_from_db()


@pytest.mark.parametrize(
    ("before", "code_", "words"),
    [
        (served, "served", "林晓"),
        (with_case, "case_exists", "已有办件"),
        (explained, "explained", "作了说明"),
        (running, "not_finished", "还没有完成"),
        (nothing_taken, "nothing_taken", "没有新增"),
        (undone, "undone", "已经撤回"),
        (undoing, "undoing", "正在撤回"),
    ],
)
def test_too_late_or_too_early_says_why(world, tmp_path, before, code_, words):
    run, _outcomes = take_in(tmp_path, world)
    before(world, run)
    run.save()
    verdict = can_undo(world.officer, run)
    assert (bool(verdict), verdict.code) == (False, code_) and words in verdict.reason
    statuses = list(AdverseRecord.objects.values_list("status", flat=True))
    with pytest.raises(Refused) as refused:
        start_undo(run, world.officer, REASON)
    assert refused.value.status == 409
    assert list(AdverseRecord.objects.values_list("status", flat=True)) == statuses


@pytest.mark.parametrize(
    ("name", "code_"),
    [
        ("officer", ""),
        ("lead_officer", ""),
        ("administrator", ""),
        ("colleague", "not_yours"),
        ("auditor", "role"),
        ("enterprise", "not_yours"),
        ("platform", "not_yours"),
    ],
)
def test_who_may_undo(world, tmp_path, client, name, code_):
    run, _outcomes = take_in(tmp_path, world)
    actor = getattr(world, name)
    assert can_undo(actor, run).code == code_
    client.force_login(actor)
    response = client.post(reverse("records:import_undo", args=[run.pk]), {"reason": REASON})
    assert response.status_code == (403 if code_ else 302)
    assert AdverseRecord.objects.filter(undone=True).count() == (0 if code_ else 3)


def test_without_a_reason_the_page_says_so_at_the_field(world, tmp_path, client):
    run, _outcomes = take_in(tmp_path, world)
    client.force_login(world.officer)
    response = client.post(reverse("records:import_undo", args=[run.pk]), {"reason": " "})
    page = response.content.decode()
    assert response.status_code == 400
    assert page.count("请填写撤回理由后再提交") == 2, "in the summary and at the field"
    assert 'href="?' not in page, "no link leads to the address of the form"
    client.force_login(world.auditor)
    assert client.post(reverse("records:import_undo", args=[run.pk])).status_code == 403
    assert not AdverseRecord.objects.filter(undone=True).exists()


def test_killed_in_the_middle_it_is_completed_by_the_sweep(world, tmp_path, monkeypatch):
    run, _outcomes = take_in(tmp_path, world, count=4)
    run = start_undo(run, world.officer, REASON)
    real, done = undo.recall, []

    def killed(actor, notice, reason):
        if len(done) == 5:
            raise KeyboardInterrupt
        done.append(notice)
        return real(actor, notice, reason)

    monkeypatch.setattr(undo, "recall", killed)
    with pytest.raises(KeyboardInterrupt):
        go_on_undoing(run)
    assert AdverseRecord.objects.filter(undone=True).count() == 2
    assert Notice.objects.filter(status="revoked").count() == 4, "the third record's half is rolled back"
    monkeypatch.setattr(undo, "recall", real)
    assert resume_undoing() == 1
    monkeypatch.setattr("records.tasks.WORK_SECONDS", 0)
    assert undo_import(run.pk) == "again"
    monkeypatch.setattr("records.tasks.WORK_SECONDS", 60)
    assert undo_import(run.pk) == "finished"
    assert (undo_import(run.pk), resume_undoing()) == ("busy", 0)
    run.refresh_from_db()
    assert run.status == "undone" and AdverseRecord.objects.filter(undone=True).count() == 4
    assert OutboundEvent.objects.filter(type=OutboundEvent.Type.REVOKED).count() == 4
    assert list(walk()) == []


def test_what_is_opened_meanwhile_stays_and_is_named(world, tmp_path, client):
    run, _outcomes = take_in(tmp_path, world)
    run = start_undo(run, world.officer, REASON)
    record = AdverseRecord.objects.order_by("pk").last()
    serve(world, Notice.objects.filter(thing_id=str(record.pk)).first())
    assert go_on_undoing(run)
    record.refresh_from_db()
    assert (record.status, record.undone) == ("publicised", False)
    assert AdverseRecord.objects.filter(undone=True).count() == 2
    client.force_login(world.officer)
    page = client.get(reverse("records:import_run", args=[run.pk])).content.decode()
    assert "予以保留" in page and record.document_number in page
    assert list(walk()) == []


def test_open_proposals_of_the_file_are_not_asked_any_more(world, tmp_path):
    take_in(tmp_path, world, count=1)
    rows = [row(行政处罚决定书文号=f"青市监处罚〔2026〕{n}号", 处罚内容="罚款人民币贰万元整。") for n in (1, 2)]
    results = list(import_file(write_csv(tmp_path / "b.csv", rows), actor=world.officer))
    assert CorrectionProposal.objects.get().status == "open"
    go_on_undoing(start_undo(results[0], world.officer, REASON))
    assert CorrectionProposal.objects.get().status == "dismissed"
    assert AdverseRecord.objects.filter(undone=True).count() == 1, "the other file's record stays"


def test_the_page_offers_undo_and_says_why_not(world, tmp_path, client):
    run, _outcomes = take_in(tmp_path, world)
    address, form = reverse("records:import_run", args=[run.pk]), reverse("records:import_undo", args=[run.pk])
    client.force_login(world.officer)
    assert "整批撤回这次录入" in client.get(address).content.decode()
    assert client.get(form).status_code == 405
    client.post(form, {"reason": "  "})
    assert not AdverseRecord.objects.filter(undone=True).exists()
    serve(world, Notice.objects.first())
    page = client.get(address).content.decode()
    assert "整批撤回这次录入" not in page and "不能再整批撤回" in page and "林晓" in page
    assert client.post(form, {"reason": REASON}).status_code == 409


def test_many_records_are_undone_in_the_background(world, tmp_path, client, monkeypatch):
    monkeypatch.setattr("records.views.runs.UNDONE_AT_ONCE", 2)
    run, _outcomes = take_in(tmp_path, world)
    client.force_login(world.officer)
    address = client.post(reverse("records:import_undo", args=[run.pk]), {"reason": REASON}).url
    assert "正在后台撤回" in client.get(address).content.decode()
    assert undo_import(run.pk) == "finished"
    assert "已经整批撤回" in client.get(address).content.decode()


def test_the_database_itself_holds_it(world, tmp_path):
    take_in(tmp_path, world, count=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        AdverseRecord.objects.update(undone=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        ImportRun.objects.update(status="undone")


def test_an_undone_record_with_a_valid_letter_is_found(world, tmp_path):
    run, _outcomes = take_in(tmp_path, world, count=1)
    go_on_undoing(start_undo(run, world.officer, REASON))
    assert list(walk(["undo"])) == []
    Notice.objects.filter(kind="repair_guidance").update(status="issued", revoked_at=None)
    assert "undo" in {broken.promise for broken in walk()}
