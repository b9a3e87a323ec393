"""The same thing asked of a page and of the API by a person of every role: both do it, or both refuse alike."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from config import journey
from exchange.models import Subscriber
from notices import tasks
from notices.models import Notice
from parties import actions as parties
from policy.models import Rule
from records import actions as records
from records.enquiries.actions import ask
from records.intake.run import import_file
from records.models import AdverseRecord, CorrectionProposal, ImportRun
from records.uploads import inspect
from tests.api_tools import Caller, Pages, ask_both
from tests.integration.test_records_queries import authorised
from tests.records_world import code, days_ago, office, row, write_csv

pytestmark = pytest.mark.django_db

ROLES = (
    *("enterprise", "stranger", "officer", "colleague", "lead_officer"),
    *("approver", "auditor", "administrator", "platform"),
)
GROUNDS = "营业执照（青市监登记〔2026〕3号）"


@pytest.fixture
def world(db, tmp_path, monkeypatch):
    """An office in which there is one of everything that somebody may do something with."""
    monkeypatch.setattr(tasks, "render_pdf", lambda notice: b"%PDF-1.7 " + notice.number.encode())
    world = office()
    Subscriber.objects.create(name="平台", url="https://platform.invalid/", secret="whsec_c2NlbmU=")
    list(import_file(write_csv(tmp_path / "a.csv", [row()]), actor=world.officer))
    other = row(处罚内容="罚款人民币叁万元。", **{"罚款金额（万元）": "3"})
    list(import_file(write_csv(tmp_path / "b.csv", [other]), actor=world.officer))
    world.run, world.later_run = ImportRun.objects.order_by("pk")
    world.record = AdverseRecord.objects.get()
    world.proposal = CorrectionProposal.objects.get()
    [world.alias] = records.teach(world.officer, world.market.name, {"罚没款": "fine_amount|元"})
    world.mapping = parties.propose_mapping(world.officer, "organisation", code(11)[8:17], code(11), GROUNDS)
    world.correction = parties.propose_correction(world.lead_officer, world.subject, "name", "青禾澄江集团", GROUNDS)
    world.query = ask(world.officer, authorised())
    world.letter = Notice.objects.filter(kind="adverse_record").get()
    tasks.render(world.letter.pk)
    world.explanation = records.explain(world.enterprise, world.record, "已全部召回。")
    world.change = records.report_change(
        world.officer,
        world.record,
        kind="annul",
        document_number="青政复决〔2026〕9号",
        effective_on=days_ago(1),
        decided_by="青禾区人民政府",
        reason="撤销。",
        document=inspect(journey.receipt_picture(1)),
        values=None,
    )
    world.delivery = world.record and Subscriber.objects.get().deliveries.first()
    world.rule = Rule.objects.filter(verified=False, active=True).order_by("pk").first()
    return world


def picture():
    return journey.receipt_picture(77)


REPORT = {
    "kind": "annul",
    "document_number": "青政复决〔2026〕10号",
    "effective_on": days_ago(1).isoformat(),
    "decided_by": "青禾区人民政府",
    "reason": "撤销。",
}
MAPPING = {"old_kind": "registration", "old_code": "370299018000011", "code": code(12), "grounds": GROUNDS}
CORRECTION = {"subject_code": code(11), "field": "name", "new_value": "青禾澄江食品集团", "grounds": GROUNDS}
QUESTION = {
    "kind": "statutory",
    "code": code(11),
    "purpose": "许可审查",
    "basis_title": "行政许可法",
    "basis_article": "第三十四条",
}
TAUGHT = {"source": "青禾区市场监督管理局", "heading": "案卷号", "field": "document_number"}
REMINDER = {"name": "田小禾", "identity_number": "1", "document_number": "某图借〔2026〕1号", "matter": "未还。"}

#: name -> world -> (page, API call).
DOORS = {
    "record": lambda w: (("get", "portal:my_record", [w.record.public_id]), ("get", f"/records/{w.record.public_id}")),
    "letter": lambda w: (("get", "notices:detail", [w.letter.number]), ("get", f"/notices/{w.letter.number}")),
    "pdf": lambda w: (("get", "notices:pdf", [w.letter.number]), ("get", f"/notices/{w.letter.number}/pdf")),
    "retry a letter": lambda w: (
        ("post", "notices:retry", [w.letter.number]),
        ("post", f"/notices/{w.letter.number}/retry"),
    ),
    "revoke a letter": lambda w: (
        ("post", "notices:revoke", [w.letter.number], {"reason": "错号"}),
        ("post", f"/notices/{w.letter.number}/revoke", {"reason": "错号"}),
    ),
    "imports": lambda w: (("get", "records:import", []), ("get", "/imports")),
    "import": lambda w: (("get", "records:import_run", [w.run.pk]), ("get", f"/imports/{w.run.pk}")),
    "report": lambda w: (("get", "records:import_report", [w.run.pk]), ("get", f"/imports/{w.run.pk}/report.csv")),
    "upload": lambda w: (
        ("post", "records:import", [], {"source": "青禾区数据局", "file": csv_file()}),
        ("post", "/imports", {"source": "青禾区数据局"}, {"file": csv_file()}),
    ),
    "undo": lambda w: (
        ("post", "records:import_undo", [w.run.pk], {"reason": "整体错位"}),
        ("post", f"/imports/{w.run.pk}/undo", {"reason": "整体错位"}),
    ),
    "start what is no preview": lambda w: (
        ("post", "records:import_preview", [w.run.pk], {"verb": "start"}),
        ("post", f"/imports/{w.run.pk}/start"),
    ),
    "adopt a correction": lambda w: (
        ("post", "records:decide_proposal", [w.proposal.pk], {"verb": "adopt"}),
        ("post", f"/proposals/{w.proposal.pk}/adopt"),
    ),
    "headings": lambda w: (("get", "records:aliases", []), ("get", "/headings")),
    "teach": lambda w: (
        ("post", "records:aliases", [], TAUGHT),
        ("post", "/headings", {"source": TAUGHT["source"], "headings": {TAUGHT["heading"]: TAUGHT["field"]}}),
    ),
    "forget": lambda w: (("post", "records:forget_alias", [w.alias.pk]), ("post", f"/headings/{w.alias.pk}/forget")),
    "identity": lambda w: (("get", "records:identity", []), ("get", "/identity/mappings")),
    "one mapping": lambda w: (
        ("get", "records:identity_item", ["mapping", w.mapping.pk]),
        ("get", f"/identity/mappings/{w.mapping.pk}"),
    ),
    "propose a mapping": lambda w: (
        ("post", "records:propose_mapping", [], MAPPING),
        ("post", "/identity/mappings", MAPPING),
    ),
    "propose a correction": lambda w: (
        ("post", "records:propose_correction", [], CORRECTION),
        ("post", "/identity/corrections", CORRECTION),
    ),
    **{
        f"{verb} a {kind}": lambda w, kind=kind, verb=verb: (
            ("post", "records:decide_identity", [kind, getattr(w, kind).pk], {"verb": verb, "finding": "一致"}),
            ("post", f"/identity/{kind}s/{getattr(w, kind).pk}/{verb}", {"finding": "一致"}),
        )
        for kind in ("mapping", "correction")
        for verb in ("check", "apply", "reject")
    },
    "queries": lambda w: (("get", "records:queries", []), ("get", "/queries")),
    "query": lambda w: (("get", "records:query", [w.query.pk]), ("get", f"/queries/{w.query.pk}")),
    "proof": lambda w: (("get", "records:query_proof", [w.query.pk, 1]), ("get", f"/queries/{w.query.pk}/proof/1")),
    "export": lambda w: (("get", "records:export_queries", []), ("get", "/queries/export.csv")),
    "ask": lambda w: (("post", "records:new_query", [], QUESTION), ("post", "/queries", QUESTION, {})),
    "own statement": lambda w: (
        ("post", "records:own_query", [], {"subject": w.subject.pk}),
        ("post", "/queries/own", {"subject_id": w.subject.pk}),
    ),
    "issue a statement": lambda w: (
        ("post", "records:query_statement", [w.query.pk]),
        ("post", f"/queries/{w.query.pk}/statement"),
    ),
    "changes": lambda w: (("get", "records:changes", []), ("get", "/changes")),
    "change": lambda w: (("get", "records:change", [w.change.pk]), ("get", f"/changes/{w.change.pk}")),
    "deciding document": lambda w: (
        ("get", "records:change_document", [w.change.pk]),
        ("get", f"/changes/{w.change.pk}/document"),
    ),
    "report a change": lambda w: (
        ("post", "records:report_change", [w.record.public_id], {**REPORT, "file": picture()}),
        ("post", f"/records/{w.record.public_id}/upstream", REPORT, {"file": picture()}),
    ),
    "explanation": lambda w: (
        ("get", "records:explanation", [w.record.public_id]),
        ("get", f"/records/{w.record.public_id}/explanations"),
    ),
    "explain": lambda w: (
        ("post", "records:explanation", [w.record.public_id], {"text": "再说明。"}),
        ("post", f"/records/{w.record.public_id}/explanation", {"text": "再说明。"}),
    ),
    "take an explanation back": lambda w: (
        ("post", "records:withdraw_explanation", [w.explanation.pk]),
        ("post", f"/records/{w.record.public_id}/explanation/withdraw"),
    ),
    "show an explanation": lambda w: (
        ("post", "records:moderate", [w.explanation.pk], {"verb": "show"}),
        ("post", f"/records/{w.record.public_id}/explanation/show"),
    ),
    "confirm a change": lambda w: (
        ("post", "records:confirm_change", [w.change.pk]),
        ("post", f"/records/{w.record.public_id}/upstream/confirm"),
    ),
    "dismiss a change": lambda w: (
        ("post", "records:dismiss_change", [w.change.pk], {"dismiss-note": "不实"}),
        ("post", f"/records/{w.record.public_id}/upstream/dismiss", {"note": "不实"}),
    ),
    "rules": lambda w: (("get", "policy:rules", []), ("get", "/rules")),
    "rule": lambda w: (("get", "policy:rule", [w.rule.pk]), ("get", f"/rules/{w.rule.pk}")),
    "calendar": lambda w: (("get", "policy:calendar", []), ("get", "/calendar")),
    "verify a rule": lambda w: (
        ("post", "policy:verify", [w.rule.pk], {"seen": w.rule.content_digest()}),
        ("post", f"/rules/{w.rule.pk}/verify", {"seen": w.rule.content_digest()}),
    ),
    "verify another text": lambda w: (
        ("post", "policy:verify", [w.rule.pk], {"seen": "x"}),
        ("post", f"/rules/{w.rule.pk}/verify", {"seen": "x"}),
    ),
    "journal": lambda w: (("get", "portal:journal", []), ("get", "/journal")),
    "work": lambda w: (("get", "portal:work", []), ("get", "/work")),
    "deliveries": lambda w: (("get", "exchange:deliveries", []), ("get", "/deliveries")),
    "delivery": lambda w: (
        ("get", "exchange:delivery", [w.delivery.pk]),
        ("get", f"/deliveries/{w.delivery.pk}"),
    ),
    "send again": lambda w: (
        ("post", "exchange:retry", [w.delivery.pk]),
        ("post", f"/deliveries/{w.delivery.pk}/retry"),
    ),
    "send all again": lambda w: (
        ("post", "exchange:retry_all", [w.delivery.subscriber_id]),
        ("post", f"/platforms/{w.delivery.subscriber_id}/retry"),
    ),
    "platform": lambda w: (
        ("get", "exchange:platform", [w.delivery.subscriber_id]),
        ("get", f"/platforms/{w.delivery.subscriber_id}"),
    ),
    "change a secret": lambda w: (
        ("post", "exchange:rotate_secret", [w.delivery.subscriber_id], {"overlap": 72, "version": 1}),
        ("post", f"/platforms/{w.delivery.subscriber_id}/secret", {"overlap": 72, "version": 1}),
    ),
    "change an older secret": lambda w: (
        ("post", "exchange:rotate_secret", [w.delivery.subscriber_id], {"overlap": 72, "version": 9}),
        ("post", f"/platforms/{w.delivery.subscriber_id}/secret", {"overlap": 72, "version": 9}),
    ),
    "stop sending": lambda w: (
        ("post", "exchange:set_active", [w.delivery.subscriber_id], {"active": "0"}),
        ("post", f"/platforms/{w.delivery.subscriber_id}/active", {"active": False}),
    ),
    "figures": lambda w: (("get", "portal:figures", []), ("get", "/figures")),
    "desk": lambda w: (("get", "casework:desk", []), ("get", "/desk")),
    "reminders": lambda w: (("get", "records:prior_reminders", []), ("get", "/reminders")),
    **{
        f"begin a {kind}": lambda w, room=room, kind=kind: (
            ("post", f"{room}:apply", [w.record.public_id]),
            ("post", f"/records/{w.record.public_id}/{kind}"),
        )
        for room, kind in (("repair", "repair"), ("objections", "objection"), ("deferrals", "deferral"))
    },
}


def csv_file():
    return SimpleUploadedFile("a.csv", ",".join(row()).encode() + b"\n" + ",".join(row().values()).encode())


def test_page_and_api_do_it_or_refuse_alike(world):
    """All doors in one office: what each of them does is undone before the next is asked."""
    actors, both = [getattr(world, role) for role in ROLES], (Caller(), Pages())
    different = {name: ask_both(*door(world), actors, both) for name, door in DOORS.items()}
    assert {name: found for name, found in different.items() if found} == {}
