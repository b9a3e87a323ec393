"""Imports, headings, identity and queries over the API: each does what its page does, and says no in the same words."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django_q.models import OrmQ

from config.invariants import walk
from exchange.models import OutboundEvent
from notices import tasks
from notices.models import Notice
from parties.identity import mask
from parties.models import CodeMapping, Subject, User
from records.intake.run import import_file
from records.models import AdverseRecord, HeadingAlias, ImportRun, QueryRecord
from records.tasks import process_import
from tests.api_tools import Caller
from tests.integration.test_api_problems import check_problem
from tests.integration.test_records_queries import picture
from tests.integration.test_records_register import identity_number, take
from tests.records_world import MARKET, code, days_ago, draft, office, row, write_csv

pytestmark = pytest.mark.django_db

GROUNDS = "营业执照（青市监登记〔2026〕3号）"


@pytest.fixture
def world(db):
    return office()


@pytest.fixture
def call():
    return Caller()


def csv_file(rows, name="a.csv"):
    lines = [",".join(rows[0]), *(",".join(row.values()) for row in rows)]
    return SimpleUploadedFile(name, "\n".join(lines).encode())


def in_full(tmp_path, world, *rows):
    run, *_results = import_file(write_csv(tmp_path / "a.csv", list(rows)), actor=world.officer)
    return run


def pointers(answer) -> set[str]:
    return {error["pointer"] for error in check_problem(answer, 422, "invalid")["errors"]}


# --- Imports ------------------------------------------------------------------------------------------------


def test_imports_are_listed_to_who_may_see_them(world, call, tmp_path):
    first = in_full(tmp_path, world, row())
    second = in_full(tmp_path, world, row(处罚决定日期="x", 行政处罚决定书文号="青市监处罚〔2026〕13号"))
    page = call(world.officer, "get", "/imports", limit=1).json()
    assert ([item["id"] for item in page["items"]], page["more"]) == ([second.pk], True)
    rest = call(world.officer, "get", "/imports", limit=1, after=second.pk).json()
    assert ([item["id"] for item in rest["items"]], rest["more"]) == ([first.pk], False)
    assert rest["items"][0]["counts"] == {"taken": 1} and rest["items"][0]["may_undo"]
    assert page["items"][0]["why_not"] == "这次录入没有新增记录，没有可以撤回的。"
    assert call(world.colleague, "get", "/imports").json()["items"] == []
    assert len(call(world.lead_officer, "get", "/imports").json()["items"]) == 2
    check_problem(call(world.enterprise, "get", "/imports"), 403, "role")


def test_an_import_is_taken_back_and_why_not_once_a_letter_is_opened(world, call, tmp_path, monkeypatch):
    monkeypatch.setattr(tasks, "render_pdf", lambda notice: b"%PDF-1.7")
    run = in_full(tmp_path, world, row())
    path = f"/imports/{run.pk}/undo"
    assert pointers(call(world.officer, "post", path, {})) == {"#/reason"}
    assert pointers(call(world.officer, "post", path, {"reason": "x" * 501})) == {"#/reason"}
    assert pointers(call(world.officer, "post", path, {"why": "x"})) == {"#/why"}
    check_problem(call(world.colleague, "post", path, {"reason": "错"}), 403, "not_yours")
    letter = Notice.objects.get(kind="adverse_record")
    tasks.render(letter.pk)
    assert call(world.enterprise, "get", f"/notices/{letter.number}").json()["service"]
    problem = check_problem(call(world.officer, "post", path, {"reason": "错"}), 409, "served")
    assert letter.number in problem["detail"] and problem["cure"]

    other = in_full(tmp_path, world, row(行政处罚决定书文号="青市监处罚〔2026〕13号"))
    answer = call(world.officer, "post", f"/imports/{other.pk}/undo", {"reason": "整体错位"}).json()
    assert (answer["status"], answer["may_undo"], answer["why_not"]) == ("undone", False, "这次录入已经撤回。")
    assert AdverseRecord.objects.filter(undone=True).count() == 1
    check_problem(call(world.officer, "post", f"/imports/{other.pk}/undo", {"reason": "再来"}), 409, "undone")
    assert list(walk()) == []


def test_a_long_import_is_taken_back_in_the_background(world, call, tmp_path, monkeypatch):
    monkeypatch.setattr("records.api.imports.UNDONE_AT_ONCE", 0)
    run = in_full(tmp_path, world, row())
    assert call(world.officer, "post", f"/imports/{run.pk}/undo", {"reason": "错"}).json()["status"] == "undoing"
    assert "records.tasks.undo_import" in {task.func() for task in OrmQ.objects.all()}


def test_a_proposed_correction_is_adopted_or_dismissed(world, call, tmp_path):
    in_full(tmp_path, world, row())
    run = in_full(tmp_path, world, row(**{"罚款金额（万元）": "3"}))
    [proposal] = call(world.officer, "get", f"/imports/{run.pk}/proposals").json()["items"]
    assert (proposal["status"], proposal["may_decide"]) == ("open", True)
    assert proposal["differences"] == [
        {"field": "fine_amount", "label": "罚款金额", "old": "20000.00", "new": "30000.00"}
    ]
    path = f"/proposals/{proposal['id']}"
    check_problem(call(world.colleague, "post", f"{path}/adopt"), 403, "not_yours")
    check_problem(call(world.auditor, "post", f"{path}/adopt"), 403, "role")
    assert call(world.officer, "post", f"{path}/adopt").json()["status"] == "applied"
    assert AdverseRecord.objects.get().fine_amount == 30000
    check_problem(call(world.officer, "post", f"{path}/dismiss"), 409, "decided")
    assert call(world.officer, "post", f"{path}/explode").status_code == 422


def test_a_file_is_looked_at_its_headings_chosen_and_started(world, call):
    rows = [{**{key: value for key, value in row().items() if key != "处罚内容"}, "怎么罚的": "罚款人民币贰万元。"}]
    answer = call(world.officer, "post", "/imports", {"source": MARKET}, files={"file": csv_file(rows)})
    seen = answer.json()
    assert (answer.status_code, seen["status"], seen["unknown_headings"]) == (201, "waiting", ["怎么罚的"])
    assert (seen["counts"]["taken"], seen["complete"]) == (1, True)
    assert not AdverseRecord.objects.exists()
    base = f"/imports/{seen['import_id']}"
    check_problem(call(world.officer, "post", f"{base}/headings", {"headings": {"怎么罚的": "x"}}), 400, "bad_alias")
    assert pointers(call(world.officer, "post", f"{base}/headings", {"headings": {}})) == {"#/headings"}
    body = {"headings": {"怎么罚的": "content"}, "remember": True}
    chosen = call(world.officer, "post", f"{base}/headings", body).json()
    assert (chosen["unknown_headings"], chosen["headings"]["怎么罚的"]) == ([], "content")
    assert HeadingAlias.objects.get().field == "content"
    assert call(world.officer, "get", f"{base}/preview").json() == chosen
    check_problem(call(world.lead_officer, "post", f"{base}/start"), 403, "not_your_upload")
    assert call(world.officer, "post", f"{base}/start").json()["status"] == "running"
    check_problem(call(world.officer, "post", f"{base}/start"), 409, "not_waiting")
    process_import(seen["import_id"])
    assert call(world.officer, "get", base).json()["counts"]["taken"] == 1
    assert AdverseRecord.objects.get().content == "罚款人民币贰万元。"


def test_a_preview_is_let_go_and_a_direct_file_begins_at_once(world, call):
    first = call(world.officer, "post", "/imports", {}, files={"file": csv_file([row()])}).json()
    assert call(world.officer, "post", f"/imports/{first['import_id']}/drop").status_code == 204
    assert ImportRun.objects.get().status == "dropped"
    second = call(world.officer, "post", "/imports", {"direct": "true"}, files={"file": csv_file([row()])}).json()
    assert second["status"] == "running"


def test_files_that_cannot_be_read(world, call, settings):
    send = lambda file: call(world.officer, "post", "/imports", {}, files={"file": file})  # noqa: E731
    assert check_problem(send(SimpleUploadedFile("a.csv", b"a,b\n1,2\n")), 422, "no_header")["detail"]
    [error] = check_problem(send(SimpleUploadedFile("a.csv", b"")), 422, "invalid")["errors"]
    assert error["parameter"] == "file"
    settings.INTAKE_MAX_BYTES = 10
    check_problem(send(csv_file([row()])), 413, "too_big")
    check_problem(call(world.officer, "post", "/imports", {}), 422, "invalid")


def test_headings_are_taught_listed_and_forgotten(world, call):
    body = {"source": MARKET, "headings": {"罚没款": "fine_amount|元", "案卷页数": ""}}
    taught = call(world.officer, "post", "/headings", body).json()["items"]
    assert [(one["heading"], one["field"], one["unit"]) for one in taught] == [
        ("罚没款", "fine_amount", "元"),
        ("案卷页数", "", ""),
    ]
    assert call(world.officer, "post", "/headings", body).json()["items"] == [], "known already"
    check_problem(call(world.colleague, "post", "/headings", body), 403, "not_your_source")
    check_problem(call(world.officer, "post", "/headings", {**body, "headings": {"x": "y"}}), 400, "bad_alias")
    assert pointers(call(world.officer, "post", "/headings", {"source": " ", "headings": {"x": 1}})) == {
        "#/source",
        "#/headings/x",
    }
    listed = call(world.colleague, "get", "/headings", source=MARKET).json()
    assert [one["may_change"] for one in listed["items"]] == [False, False] and "fine_amount|万元" in listed["meanings"]
    first = taught[0]["id"]
    check_problem(call(world.colleague, "post", f"/headings/{first}/forget"), 403, "not_your_source")
    assert not call(world.officer, "post", f"/headings/{first}/forget").json()["active"]
    assert len(call(world.officer, "get", "/headings").json()["items"]) == 1


# --- 校核纠错 --------------------------------------------------------------------------------------------------


def test_an_older_code_is_proposed_checked_and_applied_by_two_people(world, call):
    body = {"old_kind": "organisation", "old_code": code(11)[8:17], "code": code(11), "grounds": GROUNDS}
    assert pointers(call(world.officer, "post", "/identity/mappings", {})) == {
        "#/old_kind",
        "#/old_code",
        "#/code",
        "#/grounds",
    }
    check_problem(call(world.officer, "post", "/identity/mappings", {**body, "code": "1" * 18}), 400, "bad_value")
    answer = call(world.officer, "post", "/identity/mappings", body)
    made = answer.json()
    assert (answer.status_code, made["status"], made["evidence"][0]["tone"]) == (201, "proposed", "good")
    check_problem(call(world.officer, "post", "/identity/mappings", body), 409, "already_there")
    path = f"/identity/mappings/{made['id']}"
    check_problem(call(world.officer, "post", f"{path}/check"), 403, "not_the_lead_office")
    check_problem(call(world.lead_officer, "post", f"{path}/apply"), 409, "not_checked")
    assert call(world.lead_officer, "get", path).json()["may"] == ["check", "reject"]
    assert call(world.lead_officer, "post", f"{path}/check", {"finding": "一致"}).json()["finding"] == "一致"
    assert call(world.lead_officer, "post", f"{path}/apply").json()["status"] == "applied"
    check_problem(call(world.lead_officer, "post", f"{path}/reject", {"finding": "x"}), 409, "decided")
    assert CodeMapping.objects.get().status == "applied"
    assert [one["id"] for one in call(world.auditor, "get", "/identity/mappings").json()["items"]] == [made["id"]]
    assert call(world.auditor, "get", "/identity/mappings", status="proposed").json()["items"] == []


def test_a_corrected_code_tells_the_platforms_and_a_rejection_needs_a_reason(world, call):
    take(draft())
    body = {"subject_code": code(11), "field": "code", "new_value": code(12), "grounds": GROUNDS}
    assert pointers(call(world.officer, "post", "/identity/corrections", {**body, "subject_code": code(13)})) == {
        "#/subject_code"
    }
    made = call(world.officer, "post", "/identity/corrections", body).json()
    path = f"/identity/corrections/{made['id']}"
    check_problem(call(world.lead_officer, "post", f"{path}/reject"), 400, "bad_value")
    call(world.lead_officer, "post", f"{path}/check")
    second = User.objects.create_user("second", role=User.Role.OFFICER, authority=world.lead)
    assert call(second, "post", f"{path}/apply").json()["status"] == "applied"
    assert Subject.objects.get(pk=world.subject.pk).code == code(12)
    assert OutboundEvent.objects.filter(type=OutboundEvent.Type.CORRECTED).exists()


# --- Queries ------------------------------------------------------------------------------------------------

STATUTORY = {
    "kind": "statutory",
    "code": code(11),
    "purpose": "许可审查",
    "basis_title": "《中华人民共和国行政许可法》",
    "basis_article": "第三十四条",
}
AUTHORISED = {
    "kind": "authorised",
    "code": code(11),
    "purpose": "投标资格审查",
    "recipient": "青禾区招标办公室",
    "authorised_by": "青禾澄江食品有限公司",
    "authorised_on": days_ago(3).isoformat(),
}


def parameters(answer) -> set[str]:
    return {error["parameter"] for error in check_problem(answer, 422, "invalid")["errors"]}


def test_an_authorised_query_shows_is_kept_and_gives_a_statement(world, call):
    record = take(draft())[1]
    answer = call(world.officer, "post", "/queries", AUTHORISED, files={"proof": picture()})
    made = answer.json()
    assert (answer.status_code, made["kind"], made["may_issue_statement"]) == (201, "authorised", True)
    assert [line["public_id"] for line in made["shown"]] == [record.public_id]
    assert made["proof_sha256"]
    path = f"/queries/{made['id']}"
    assert call(world.officer, "get", f"{path}/proof/1")["Content-Type"] == "image/png"
    assert call(world.officer, "get", f"{path}/proof/9").status_code == 404
    number = call(world.officer, "post", f"{path}/statement").json()["notice"]
    assert call(world.officer, "post", f"{path}/statement").json()["notice"] == number, "the same one"
    assert call(world.officer, "get", f"/notices/{number}").json()["kind"] == "credit_statement"
    seen = call(world.administrator, "get", path).json()
    assert seen["shown"] is None and seen["why_not"]
    check_problem(call(world.colleague, "get", path), 403, "not_your_office")
    [about] = call(world.enterprise, "get", "/queries/about-me").json()["items"]
    assert (about["used_by"], about["purpose"]) == ("青禾区招标办公室", "投标资格审查")
    assert str(world.officer) not in json.dumps(about), "who of the office asked is not told"


def test_what_a_query_lacks_is_named(world, call):
    ask = lambda body, **files: call(world.officer, "post", "/queries", body, files=files)  # noqa: E731
    assert parameters(ask({})) == {"code", "purpose", "kind"}
    assert parameters(ask(AUTHORISED)) == {"proof"}
    assert parameters(ask({**STATUTORY, "basis_title": "《》"})) == {"basis_title"}
    assert parameters(ask({**STATUTORY, "code": "1" * 18})) == {"code"}
    assert parameters(ask({**STATUTORY, "code": identity_number()})) == {"name"}
    late = {**AUTHORISED, "authorised_on": days_ago(-3).isoformat()}
    assert parameters(ask(late, proof=picture())) == {"authorised_on"}
    broken = SimpleUploadedFile("a.png", b"no picture", "image/png")
    assert parameters(ask(AUTHORISED, proof=broken)) == {"proof"}
    assert not QueryRecord.objects.exists()


def test_a_statutory_query_about_a_person_is_masked_and_exported_by_the_auditor_alone(world, call):
    number = identity_number()
    take(draft(subject_kind="person", subject_code="", subject_name="田小禾", identity_number=number))
    made = call(world.officer, "post", "/queries", {**STATUTORY, "code": number, "name": "田小禾"}, files={}).json()
    assert made["asked_for"] == mask(number) and number not in json.dumps(made)
    listed = call(world.auditor, "get", "/queries", kind="statutory", since=days_ago(1).isoformat()).json()["items"]
    assert [one["id"] for one in listed] == [made["id"]]
    assert call(world.auditor, "get", "/queries", asked_by="nobody").json()["items"] == []
    assert parameters(call(world.auditor, "get", "/queries", since="gestern")) == {"since"}
    check_problem(call(world.administrator, "get", "/queries/export.csv"), 403, "not_an_auditor")
    text = call(world.auditor, "get", "/queries/export.csv").getvalue().decode()
    assert mask(number) in text and number not in text
    check_problem(call(world.officer, "post", f"/queries/{made['id']}/statement"), 403, "not_authorised")


def test_one_s_own_statement_is_one_call(world, call):
    take(draft())
    [mine] = call(world.enterprise, "get", "/subjects").json()["items"]
    assert (mine["id"], mine["code"]) == (world.subject.pk, code(11))
    number = call(world.enterprise, "post", "/queries/own", {"subject_id": mine["id"]}).json()["notice"]
    assert call(world.enterprise, "post", "/queries/own", {"subject_id": mine["id"]}).json()["notice"] == number
    check_problem(call(world.stranger, "post", "/queries/own", {"subject_id": mine["id"]}), 403, "not_your_subject")
    assert pointers(call(world.enterprise, "post", "/queries/own", {})) == {"#/subject_id"}
    assert call(world.stranger, "get", "/subjects").json() == {"items": []}
