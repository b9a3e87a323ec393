"""Rows over the API: as by file and page, once for a key, and every mistake with its place."""

import json
import threading
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from config.api import api
from exchange.models import OutboundEvent
from notices.models import Notice
from parties.models import User
from parties.tokens import create_token
from records.api.batches import ANSWER, EXAMPLE
from records.intake import batch as intake
from records.intake import taking
from records.intake.run import RowResult, import_file
from records.models import AdverseRecord, HeadingAlias, ImportRow, ImportRun
from tests.integration.test_api_problems import bearer, check_problem
from tests.records_world import MARKET, code, office, row

URL = "/api/v1/records"


@pytest.fixture
def world(db):
    return office()


@pytest.fixture
def push(world, client):
    """Push a document: ``push(rows, actor=..., key=...)``."""

    def send(rows, actor=world.officer, key="", **fields):
        body = json.dumps({"rows": rows, **fields}, ensure_ascii=False)
        return push_body(client, create_token(actor, "报送"), body, key)

    return send


def push_body(client, token, body, key=""):
    headers = {**bearer(token), **({"Idempotency-Key": key} if key else {})}
    return client.post(URL, body, content_type="application/json", headers=headers)


def numbered(count, **changes):
    return [row(行政处罚决定书文号=f"青市监处罚〔2026〕{n}号", **changes) for n in range(1, count + 1)]


def test_each_row_has_its_result_and_a_bad_one_keeps_nobody_back(world, push):
    response = push(
        [row(), row(统一社会信用代码="", 行政处罚决定书文号="青市监处罚〔2026〕13号"), row()], source="青禾区数据局"
    )
    assert response.status_code == 200
    answer = response.json()
    assert answer["counts"] == {"taken": 1, "known": 1, "refused": 1, "corrected": 0}
    taken, refused, known = answer["rows"]
    record = AdverseRecord.objects.get()
    assert (taken["row"], taken["outcome"], taken["record"]["public_id"]) == (1, "taken", record.public_id)
    assert (taken["record"]["fine_amount"], taken["record"]["data_provider"]) == ("20000.00", "青禾区数据局")
    assert {"field": "fine_amount", "from": "2", "to": "20000.00"}.items() <= taken["changes"][0].items()
    assert (refused["outcome"], refused["record"]["public_id"]) == ("refused", None)
    assert refused["reasons"][0]["code"] == "no_code" and refused["reasons"][0]["cure"]
    assert known["record"]["public_id"] == record.public_id
    run = ImportRun.objects.get()
    assert (answer["import_id"], run.status, run.total, run.started_by) == (run.pk, "finished", 3, world.officer)


STANDARD = {
    "CF_XDR_MC": "青禾澄江食品有限公司",
    "CF_XDR_LB": "法人及非法人组织",
    "CF_XDR_SHXYM": code(11).lower(),
    "CF_WSH": "青市监处罚(2026)第012 号",
    "CF_CFLB": "罚款",
    "CF_NR": "罚款人民币贰万元。",
    "CF_NR_FK": 2,
    "CF_JDRQ": row()["处罚决定日期"].replace("-", "/"),
    "CF_CFJG": MARKET,
    "CF_XDR_GSZC": None,
    "BZ": "\\N",
    "没人认得": True,
}
CANONICAL = {
    "subject_name": "青禾澄江食品有限公司",
    "subject_code": code(11),
    "document_number": "青市监处罚〔2026〕77号",
    "category": "罚款",
    "content": "罚款1552.95元",
    "fine_amount": 1552.95,
    "decision_date": row()["处罚决定日期"],
    "authority_name": MARKET,
}
ROWS = [
    STANDARD,
    CANONICAL,
    {**CANONICAL, "content": "罚款", "fine_amount": 0.1 + 0.2},
    {**CANONICAL, "fine_amount": -3, "document_number": "青市监处罚〔2026〕78号"},
    {**CANONICAL, "fine_amount": "1e400", "decision_date": "2026-02-30"},
    {**CANONICAL, "authority_name": "青禾区应急管理局"},
    {**CANONICAL, "subject_code": "000000000000000000"},
    {**row(), "处罚内容": "=1+1"},
    {**row(), "处罚内容": "罚款\x00两\u200b万元"},
    {**row(), "处罚内容": "半个字符\ud83d"},
]


def plain(result):
    """One row's result without what differs from run to run."""
    return {**result, "record": {**result["record"], "public_id": bool(result["record"]["public_id"])}}


@pytest.mark.parametrize("more", [0, taking.BULK_FROM])
def test_the_same_rows_by_file_page_and_api_give_the_same_result(world, client, tmp_path, monkeypatch, more):
    """Row by row and in bulk. Three empty offices are too slow: each door's transaction is rolled back before the
    next opens."""
    from django.db import transaction

    together, take_together = [], taking.take_together
    monkeypatch.setattr(taking, "take_together", lambda *given: together.append(1) or take_together(*given))
    many = [
        row(行政处罚决定书文号=f"青市监处罚〔2026〕{1000 + n}号", 统一社会信用代码=code(n % 60)) for n in range(more)
    ]
    text = json.dumps([*ROWS, *many], ensure_ascii=True)
    path = tmp_path / "rows.json"
    path.write_text(text, encoding="utf-8")
    token = create_token(world.officer, "报送")

    def by_file():
        results = import_file(path, source="青禾数据", actor=world.officer)
        return [each.as_json() for each in results if isinstance(each, RowResult)]

    def by_page():
        client.force_login(world.officer)
        upload = {"file": SimpleUploadedFile("rows.json", text.encode()), "source": "青禾数据", "direct": "on"}
        response = client.post(reverse("records:import"), upload)
        client.logout()
        assert response.status_code == 302, response.content.decode()
        return intake.answer_of(ImportRun.objects.latest("pk"))["rows"]

    def by_api():
        response = push_body(client, token, f'{{"rows": {text}, "source": "青禾数据"}}')
        assert response.status_code == 200, response.content.decode()
        return response.json()["rows"]

    def foreseen():
        response = push_body(client, token, f'{{"rows": {text}, "source": "青禾数据", "dry_run": true}}')
        assert not ImportRun.objects.exists() and not AdverseRecord.objects.exists()
        return [{**each, "record": {**each["record"], "public_id": None}} for each in response.json()["rows"]]

    answers = {}
    for door in (by_file, by_page, by_api, foreseen):
        with transaction.atomic():
            answers[door.__name__] = [plain(each) for each in door()]
            transaction.set_rollback(True)
    assert bool(together) == bool(more)
    assert [each["outcome"] for each in answers["by_file"][: len(ROWS)]] == [
        "taken", "taken", "corrected", "refused", "refused", "refused", "refused", "refused", "corrected", "refused",
    ]  # fmt: skip
    assert answers["by_page"] == answers["by_file"]
    assert answers["by_api"] == answers["by_file"]
    for foreseen_row, real in zip(answers["foreseen"], answers["by_file"], strict=True):
        real["record"]["public_id"] = foreseen_row["record"]["public_id"]
    assert answers["foreseen"] == answers["by_file"]


def test_the_same_key_gives_the_kept_answer_and_another_body_is_refused(world, push):
    rows = numbered(2)
    first = push(rows, key="甲-1".encode().hex())
    again = push(rows, key="甲-1".encode().hex())
    assert first.status_code == again.status_code == 200
    assert first.content == again.content
    assert [each["outcome"] for each in again.json()["rows"]] == ["taken", "taken"]
    assert (ImportRun.objects.count(), AdverseRecord.objects.count(), Notice.objects.count()) == (1, 2, 4)
    problem = check_problem(push(numbered(3), key="甲-1".encode().hex()), 422, "idempotency_key_reused")
    assert problem["cure"]
    other = push(rows, key="乙-1".encode().hex())
    assert [each["outcome"] for each in other.json()["rows"]] == ["known", "known"]
    mine = push(rows, key="甲-1".encode().hex(), actor=world.lead_officer)
    assert mine.json()["import_id"] not in (first.json()["import_id"], None), "a key is each account's own"


def test_a_batch_killed_in_the_middle_is_completed_by_sending_it_again(world, push, monkeypatch):
    rows = numbered(4)
    real, calls = intake.process, []

    def killed(run, opened, actor):
        for result in real(run, opened, actor):
            calls.append(result)
            if len(calls) == 2:
                raise KeyboardInterrupt
            yield result

    monkeypatch.setattr(intake, "process", killed)
    with pytest.raises(KeyboardInterrupt):
        push(rows, key="k1")
    monkeypatch.setattr(intake, "process", real)
    assert (ImportRow.objects.count(), AdverseRecord.objects.count()) == (2, 2)
    check_problem(push(rows, key="k1"), 409, "in_progress")
    ImportRun.objects.update(leased_until=timezone.now() - timedelta(minutes=5))
    answer = push(rows, key="k1").json()
    assert [each["outcome"] for each in answer["rows"]] == ["taken"] * 4
    assert (AdverseRecord.objects.count(), Notice.objects.count(), OutboundEvent.objects.count()) == (4, 8, 4)
    assert push(rows, key="k1").json() == answer


@pytest.mark.django_db(transaction=True)
def test_two_requests_with_one_key_at_once():
    world = office()
    token, body = create_token(world.officer, "报送"), json.dumps({"rows": numbered(5)})
    statuses, errors = [], []

    def work():
        try:
            statuses.append(push_body(Client(), token, body, "once").status_code)
        except BaseException as error:  # noqa: BLE001 - shown by the test's own thread
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert 200 in statuses and set(statuses) <= {200, 409}
    assert (ImportRun.objects.count(), AdverseRecord.objects.count(), Notice.objects.count()) == (1, 5, 10)


@pytest.mark.parametrize(
    ("body", "status", "code", "pointer"),
    [
        ("", 422, "invalid", "#"),
        ("[1", 400, "unreadable", None),
        ("[" * 100_000, 400, "unreadable", None),
        ("[]", 422, "invalid", "#"),
        ('"x"', 422, "invalid", "#"),
        ("{}", 422, "invalid", "#/rows"),
        ('{"rows": []}', 422, "invalid", "#/rows"),
        ('{"rows": {}}', 422, "invalid", "#/rows"),
        ('{"rows": [1]}', 422, "invalid", "#/rows/0"),
        ('{"rows": [{"文号": "1"}, {}]}', 422, "invalid", "#/rows/1"),
        ('{"rows": [{"文号": ["1"]}]}', 422, "invalid", "#/rows/0/文号"),
        ('{"rows": [{"a/b": {"c": 1}}]}', 422, "invalid", "#/rows/0/a~1b"),
        ('{"rows": [{"文号": "1"}], "sauce": 1}', 422, "invalid", "#/sauce"),
        ('{"rows": [{"文号": "1"}], "source": "a\\u0000"}', 422, "invalid", "#/source"),
        ('{"rows": [{"文号": "1"}], "source": 5}', 422, "invalid", "#/source"),
        ('{"rows": [{"文号": "1"}], "dry_run": "maybe"}', 422, "invalid", "#/dry_run"),
        (json.dumps({"rows": [{"文号": "1"}] * 501}), 422, "invalid", "#/rows"),
        (json.dumps({"rows": [{f"列{n}": 1 for n in range(201)}]}), 422, "invalid", "#/rows/0"),
        ('{"rows": [{"没人认得": "1"}]}', 422, "no_rows", None),
        ('{"rows": [{"没人认得\\ud800": "1\\ud800"}]}', 422, None, None),
    ],
)
def test_malformed_bodies_are_problems_with_a_pointer(world, client, body, status, code, pointer):
    response = push_body(client, create_token(world.officer, "报送"), body)
    problem = check_problem(response, status, code or response.json()["code"])
    assert [error.get("pointer") for error in problem.get("errors", [])] == ([pointer] if pointer else [])
    if pointer:
        assert "不符合要求" not in problem["errors"][0]["detail"], "a sentence of ours"
    assert not ImportRun.objects.filter(status="running").exists() and not AdverseRecord.objects.exists()


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/xml"]
)
def test_a_body_that_does_not_say_it_is_json_is_415(world, client, kind):
    headers = bearer(create_token(world.officer, "报送"))
    body = json.dumps({"rows": [row()]})
    problem = check_problem(client.generic("POST", URL, body, content_type=kind, headers=headers), 415, "media_type")
    assert "application/json" in problem["cure"] and not AdverseRecord.objects.exists()


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16", "utf-16-le", "utf-32"])
def test_json_in_another_encoding_is_a_problem(world, client, encoding):
    headers = bearer(create_token(world.officer, "报送"))
    body = json.dumps({"rows": [row()]}, ensure_ascii=False).encode(encoding)
    response = client.generic("POST", URL, body, content_type="application/json", headers=headers)
    assert "UTF-8" in check_problem(response, 400, "unreadable")["cure"] and not AdverseRecord.objects.exists()


def test_a_byte_order_mark_is_forgiven(world, client):
    headers = bearer(create_token(world.officer, "报送"))
    body = json.dumps({"rows": [row()]}, ensure_ascii=False).encode("utf-8-sig")
    response = client.generic("POST", URL, body, content_type="application/json; charset=utf-8", headers=headers)
    assert [each["outcome"] for each in response.json()["rows"]] == ["taken"]


def test_a_key_that_a_row_has_twice_is_two_columns(world, client, tmp_path):
    text = json.dumps({"rows": [row()]}, ensure_ascii=False)
    text = text.replace('"处罚机关"', '"行政处罚决定书文号": "青市监处罚〔2026〕99号", "处罚机关"')
    [result] = push_body(client, create_token(world.officer, "报送"), text).json()["rows"]
    assert [reason["code"] for reason in result["reasons"]] == ["columns_disagree"]
    path = tmp_path / "a.json"
    path.write_text(text, encoding="utf-8")
    [by_file] = [each.as_json() for each in import_file(path) if isinstance(each, RowResult)]
    assert by_file["reasons"] == result["reasons"]


def test_a_body_beyond_the_limit_is_413(world, client, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 200
    check_problem(push_body(client, create_token(world.officer, "报送"), json.dumps({"rows": [row()]})), 413, "too_big")


def test_a_bad_key_is_named(world, client):
    response = push_body(client, create_token(world.officer, "报送"), json.dumps({"rows": [row()]}), "x" * 256)
    assert check_problem(response, 422, "invalid")["errors"][0]["parameter"] == "Idempotency-Key"


@pytest.mark.parametrize(
    ("name", "status", "outcome"),
    [
        ("officer", 200, "taken"),
        ("colleague", 200, "refused"),
        ("lead_officer", 200, "taken"),
        ("administrator", 200, "taken"),
        ("auditor", 403, None),
        ("enterprise", 403, None),
        ("platform", 403, None),
    ],
)
def test_who_may_push(world, push, name, status, outcome):
    response = push([row()], actor=getattr(world, name))
    assert response.status_code == status
    if outcome:
        [result] = response.json()["rows"]
        assert result["outcome"] == outcome
        assert [reason["code"] for reason in result["reasons"]] == (
            [] if outcome == "taken" else ["not_your_authority"]
        )
    else:
        check_problem(response, 403, "role")


def test_before_the_office_is_set_up_nothing_begins(db, client):
    user = User.objects.create(username="admin", role="administrator")
    problem = check_problem(push_body(client, create_token(user, "x"), json.dumps({"rows": [row()]})), 409, "not_ready")
    assert "信用主管部门" in problem["detail"] and not ImportRun.objects.exists()


def test_the_sources_own_headings_hold_for_the_api_too(world, push):
    HeadingAlias.objects.create(source="青禾数据", heading="罚了多少", key="罚了多少", field="fine_amount", unit="万元")
    mine = {**{k: v for k, v in row(处罚内容="罚款").items() if not k.startswith("罚款金额")}, "罚了多少": "2"}
    [result] = push([mine], source="青禾数据").json()["rows"]
    assert result["record"]["fine_amount"] == "20000.00"
    answer = push([{**mine, "行政处罚决定书文号": "青市监处罚〔2026〕14号"}], source="别处").json()
    assert answer["unknown_headings"] == ["罚了多少"] and answer["rows"][0]["record"]["fine_amount"] is None


def test_an_import_is_read_again_in_stretches(world, push, client, monkeypatch):
    answer = push(numbered(3)).json()
    headers = bearer(create_token(world.officer, "读"))
    address = f"/api/v1/imports/{answer['import_id']}"
    page = client.get(address, headers=headers).json()
    assert page["rows"] == answer["rows"] and page["status"] == "finished" and page["dry_run"] is False
    page = client.get(address + "?after=2", headers=headers).json()
    assert [each["row"] for each in page["rows"]] == [3] and page["counts"]["taken"] == 3
    stranger = bearer(create_token(world.colleague, "读"))
    check_problem(client.get(address, headers=stranger), 403, "not_yours")
    check_problem(client.get("/api/v1/imports/999999", headers=headers), 404, "not_found")


def test_the_description_is_complete():
    schema = api.get_openapi_schema()
    operation = schema["paths"][URL]["post"]
    assert operation["summary"] and operation["description"]
    assert operation["parameters"][0]["name"] == "Idempotency-Key"
    assert {400, 401, 403, 409, 413, 415, 422} <= {int(status) for status in operation["responses"]}
    assert all(word in operation["description"] for word in ("in_progress", "idempotency_key_reused", "media_type"))
    assert schema["components"]["schemas"]["Problem"]["examples"]
    row_out = schema["components"]["schemas"]["RowOut"]["properties"]
    assert set(row_out) == {"row", "place", "outcome", "reasons", "warnings", "changes", "record"}
    batch_in = schema["components"]["schemas"]["BatchIn"]["properties"]["rows"]
    assert (batch_in["minItems"], batch_in["maxItems"]) == (1, 500)


def test_the_example_of_the_description_is_what_is_answered(world, push):
    answer = push(EXAMPLE["rows"], actor=world.lead_officer, source=EXAMPLE["source"]).json()
    told = api.get_openapi_schema()["paths"][URL]["post"]["responses"][200]["content"]["application/json"]
    assert told["example"] == ANSWER and told["schema"]["$ref"].endswith("/BatchOut")
    [row_told], [row_answered] = ANSWER["rows"], answer["rows"]
    assert {**answer, "import_id": 12, "rows": []} == {**ANSWER, "rows": []}
    assert [row_told[name] for name in ("row", "place", "outcome", "reasons", "changes")] == [
        row_answered[name] for name in ("row", "place", "outcome", "reasons", "changes")
    ]
    shown = {name: row_answered["record"][name] for name in row_told["record"]}
    assert {**shown, "public_id": ""} == {**row_told["record"], "public_id": ""}
    assert len(shown["public_id"]) == len(row_told["record"]["public_id"])
