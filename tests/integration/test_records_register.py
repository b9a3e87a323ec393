"""A row becomes a record: its letters, its event, its window; known, corrected, refused; and its later life."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import transaction
from django.utils import timezone, translation

from exchange.models import OutboundEvent
from journal.models import Entry
from notices.models import Notice
from parties.identity import identity_check_character
from parties.models import Authority, Subject
from policy.verdict import Refused
from records import actions, guards, queries
from records.eligibility import card
from records.facts import event_data
from records.intake.validation import check
from records.models import AdverseRecord, CorrectionProposal, RecordCorrection
from records.tasks import sweep
from tests.records_world import MARKET, code, days_ago, draft, office

pytestmark = pytest.mark.django_db


def identity_number() -> str:
    """A valid number of nobody: no place has the region 370299."""
    first = "37029919900307881"
    return first + identity_check_character(first)


@pytest.fixture
def world(db):
    return office()


def take(row, actor=None):
    with transaction.atomic():
        return actions.register(row, None, actor)


def events(record):
    return [event.type.rsplit(".", 1)[1] for event in OutboundEvent.objects.filter(subject=record.public_id)]


def test_a_new_record_is_shown_told_and_journalled(world):
    outcome, record, reasons = take(draft())
    assert (outcome, reasons) == ("taken", [])
    assert record.status == AdverseRecord.Status.PUBLICISED
    assert (record.severity, record.publicity_from) == ("general", days_ago(5))
    assert record.publicity_until > timezone.localdate() > record.publicity_from
    assert record.because and record.rule_ids
    assert events(record) == ["published"]
    letters = Notice.objects.filter(thing_id=str(record.pk)).order_by("kind")
    assert [letter.kind for letter in letters] == ["adverse_record", "repair_guidance"]
    assert {letter.issuer for letter in letters} == {world.market}
    facts = letters[0].facts
    assert facts["record"]["document_number"] == "青市监处罚〔2026〕12号"
    assert facts["because"] == record.because
    assert facts["steps"] and facts["contact"]["name"]
    assert facts["remedies"]["review_body"] == "青禾区人民政府" and facts["remedies"]["review_days"] == 60
    assert Entry.objects.filter(verb="records.register", thing_id=str(record.pk)).count() == 1


def test_letters_of_an_authority_without_a_prefix_come_from_the_lead_office(world):
    _outcome, record, _reasons = take(draft(authority_name="青禾区新机关"))
    assert not record.authority.is_online
    assert {letter.issuer for letter in Notice.objects.filter(thing_id=str(record.pk))} == {world.lead}


def test_the_same_again_is_known_and_adds_nothing(world):
    take(draft())
    before = (
        AdverseRecord.objects.count(),
        Notice.objects.count(),
        OutboundEvent.objects.count(),
        Entry.objects.count(),
    )
    outcome, record, reasons = take(draft(document_number="青市监处罚（2026）第0012 号"))
    assert (outcome, reasons) == ("known", [])
    after = (
        AdverseRecord.objects.count(),
        Notice.objects.count(),
        OutboundEvent.objects.count(),
        Entry.objects.count(),
    )
    assert before == after


def test_an_empty_cell_contradicts_nothing(world):
    take(draft())
    assert take(draft(content="", category=""))[0] == "known"


def test_other_content_is_a_proposal_and_changes_nothing(world):
    _outcome, record, _reasons = take(draft())
    for _time in range(2):
        outcome, same, reasons = take(draft(fine_amount=Decimal("30000.00"), content="罚款人民币叁万元。"))
        assert (outcome, same.pk) == ("corrected", record.pk)
        assert {reason.field for reason in reasons} == {"fine_amount", "content"}
    record.refresh_from_db()
    assert (record.fine_amount, record.version) == (Decimal("20000.00"), 1)
    proposal = CorrectionProposal.objects.get()
    assert {item["field"] for item in proposal.differences} == {"fine_amount", "content"}


def test_a_proposal_is_adopted_by_the_authority_and_told(world):
    _outcome, record, _reasons = take(draft())
    take(draft(fine_amount=Decimal("30000.00")))
    proposal = CorrectionProposal.objects.get()
    for actor in (world.colleague, world.auditor, world.enterprise):
        with pytest.raises(Refused), transaction.atomic():
            actions.decide_proposal(proposal, actor, True)
    with transaction.atomic():
        actions.decide_proposal(proposal, world.officer, True)
    record.refresh_from_db()
    assert record.fine_amount == Decimal("30000.00")
    assert events(record) == ["published", "corrected"]
    with pytest.raises(Refused) as refused, transaction.atomic():
        actions.decide_proposal(proposal, world.officer, False)
    assert refused.value.status == 409
    assert take(draft(fine_amount=Decimal("30000.00")))[0] == "known"
    assert take(draft())[0] == "known", "the old file does not ask for the old value back"


def test_a_dismissed_proposal_is_not_asked_again(world):
    take(draft())
    take(draft(fine_amount=Decimal("30000.00")))
    with transaction.atomic():
        actions.decide_proposal(CorrectionProposal.objects.get(), world.officer, False)
    assert take(draft(fine_amount=Decimal("30000.00")))[0] == "known"


def test_a_name_identifies_nobody_and_overwrites_no_other(world):
    row = draft(subject_name="青禾澄江食品（集团）有限公司")
    outcome, record, _reasons = take(row)
    assert outcome == "taken"
    assert record.subject == world.subject
    assert [warning.code for warning in row.warnings] == ["name_differs"]
    world.subject.refresh_from_db()
    assert world.subject.name == "青禾澄江食品有限公司"
    assert record.subject_name == "青禾澄江食品（集团）有限公司"
    outcome, other, _reasons = take(draft(subject_code=code(99)))
    assert outcome == "taken" and other.subject != world.subject


def test_a_natural_person_is_held_and_told_but_never_shown(world):
    number = identity_number()
    row = draft(subject_kind="person", subject_name="田小禾", subject_code="", identity_number=number)
    outcome, record, _reasons = take(row)
    assert outcome == "taken"
    assert record.status == AdverseRecord.Status.WITHHELD
    assert events(record) == []
    assert Notice.objects.filter(thing_id=str(record.pk)).count() == 2
    assert not queries.search_register("田小禾").exists()
    with transaction.atomic():
        actions.remove_after_repair(record, None, "XF-1")
    everything = [str(event.data) for event in OutboundEvent.objects.all()]
    everything += [str(entry.data) for entry in Entry.objects.all()] + [str(row.as_json()), str(record.because)]
    everything += [str(notice.facts) for notice in Notice.objects.all()]
    assert all(number not in text for text in everything)
    data = event_data(record, "remove", "repaired", "XF-1")
    assert data["subject_name"] == "田**" and "*" in data["subject_code"]


@pytest.mark.parametrize(
    ("changes", "status", "severity"),
    [
        ({"category": "警告", "content": "警告", "fine_amount": None}, "withheld", "minor"),
        ({"category": "吊销许可证件", "content": "吊销许可证", "fine_amount": None}, "publicised", "serious"),
        ({"decision_date": dt.date(2018, 1, 8), "document_number": "青市监处罚〔2018〕12号"}, "expired", "general"),
    ],
)
def test_what_becomes_of_a_record_follows_from_the_rules(world, changes, status, severity):
    _outcome, record, _reasons = take(draft(**changes))
    assert (record.status, record.severity) == (status, severity)
    assert events(record) == (["published"] if status == "publicised" else [])
    assert Notice.objects.filter(thing_id=str(record.pk)).count() == 2


def bad_check():
    valid = code(11)
    return valid[:-1] + ("0" if valid[-1] != "0" else "1")


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"subject_code": ""}, {"no_code"}),
        ({"subject_code": "", "registration_number": "370299000012345"}, {"old_code_only"}),
        ({"subject_code": "", "subject_kind": "person"}, {"no_identity_number"}),
        ({"subject_code": "913702******1J283L"}, {"code_masked"}),
        ({"subject_code": "000000000000000000"}, {"code_registrar", "code_region"}),
        ({"subject_code": bad_check()}, {"code_check"}),
        ({"subject_code": "370299000012345"}, {"code_old_registration"}),
        ({"subject_code": "", "identity_number": "370299199013450011"}, {"identity_birthday", "identity_check"}),
        ({"subject_kind": "person"}, {"kind_differs"}),
        ({"subject_name": ""}, {"no_name"}),
        ({"document_number": ""}, {"no_document_number"}),
        ({"document_number": "3"}, {"impossible_document_number"}),
        ({"decision_date": None}, {"no_decision_date"}),
        ({"decision_date": dt.date(2099, 1, 1)}, {"date_in_future"}),
        ({"decision_date": dt.date(1989, 12, 31)}, {"date_too_early"}),
        ({"authority_name": ""}, {"no_authority"}),
        ({"document_number": "青税简罚〔2026〕1号"}, {"summary_procedure"}),
        ({"document_number": "青工商当处字〔2026〕第1号"}, {"summary_procedure"}),
        ({"procedure": "简易程序"}, {"summary_procedure"}),
        ({"content": "当场处罚，罚款50元"}, {"summary_procedure"}),
        ({"category": "罚款" * 200}, {"too_long"}),
    ],
)
def test_refused_with_the_reason_and_the_cure(world, changes, codes):
    row = draft(**changes)
    outcome, record, reasons = take(row)
    assert (outcome, record) == ("refused", None)
    assert {reason.code for reason in reasons} == codes
    assert all(reason.text and reason.cure for reason in reasons)
    assert not AdverseRecord.objects.exists() and not Notice.objects.exists()
    assert Subject.objects.count() == 1, "nothing is left behind"


def test_summary_procedure_names_its_article(world):
    [reason] = check(draft(document_number="青税简罚〔2026〕1号"))
    assert "山东省社会信用条例" in reason.basis and "十三" in reason.basis
    assert check(draft(document_number="简阳市监罚〔2026〕1号", authority_name="某局")) == []


def test_codes_are_folded_and_said(world):
    row = draft(subject_code=" " + code(11).lower() + "\u200b", subject_kind="")
    assert check(row) == []
    assert (row.subject_code, row.subject_kind) == (code(11), "entity")
    assert [change.field for change in row.changes] == ["subject_code"]
    business = draft(subject_code=code(12, category="2"), subject_kind="entity")
    assert check(business) == []
    assert business.subject_kind == "business"


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_wrong_code_says_what_and_then_the_cure(world, language):
    with translation.override(language):
        [reason] = check(draft(subject_code="913702******1J283L"))
    assert "“913702******1J283L”" in reason.text
    assert reason.text.startswith("统一社会信用代码") or language == "en", "the cell is named"
    assert reason.cure and reason.cure not in reason.text


def test_late_is_said_and_taken(world):
    row = draft(decision_date=days_ago(80))
    assert take(row)[0] == "taken"
    assert "late" in [warning.code for warning in row.warnings]
    row = draft(document_number="青市监处罚〔2026〕13号", decision_date=days_ago(1))
    assert take(row)[0] == "taken"
    assert "late" not in [warning.code for warning in row.warnings]


def test_authorities_by_code_else_by_exact_name(world):
    row = draft(authority_name="区市场监管局", authority_code=world.market.code)
    assert take(row)[1].authority == world.market
    assert "authority_name_differs" in [warning.code for warning in row.warnings]
    outcome, _record, reasons = take(draft(authority_code=code(77, registrar="1")))
    assert (outcome, [reason.code for reason in reasons]) == ("refused", ["authority_code_differs"])
    assert not Authority.objects.filter(name="区市场监管局").exists()


def test_officers_register_only_their_own_authority(world):
    assert take(draft(), world.officer)[0] == "taken"
    other = draft(document_number="青应急罚〔2026〕1号", authority_name=world.other.name)
    outcome, _record, reasons = take(other, world.officer)
    assert (outcome, [reason.code for reason in reasons]) == ("refused", ["not_your_authority"])
    assert take(other, world.lead_officer)[0] == "taken"


@pytest.mark.django_db(transaction=True)
def test_a_transaction_is_required():
    with pytest.raises(RuntimeError):
        actions.remove_after_repair(AdverseRecord(pk=1), None, "")
    with pytest.raises(RuntimeError):
        actions.register(draft(), None, None)


def test_repair_revoke_and_the_mark(world):
    _outcome, record, _reasons = take(draft())
    with transaction.atomic():
        marked = actions.set_objection_mark(record, world.officer, True, "YY-1")
        actions.set_objection_mark(record, world.officer, True, "YY-1")
    assert marked.objection_marked
    with transaction.atomic():
        actions.set_objection_mark(record, world.officer, False, "YY-1")
        removed = actions.remove_after_repair(record, world.approver, "XF-1")
    assert removed.status == "repaired" and removed.removed_at
    assert not queries.search_register(code(11)).exists()
    for again in (actions.remove_after_repair, lambda r, a, n: actions.set_objection_mark(r, a, True, n)):
        with pytest.raises(Refused) as refused, transaction.atomic():
            again(record, world.approver, "XF-1")
        assert refused.value.status == 409
    with transaction.atomic():
        actions.revoke(record, world.approver, "青复〔2026〕1号", "行政复议撤销")
    with pytest.raises(Refused), transaction.atomic():
        actions.revoke(record, world.approver, "青复〔2026〕1号", "行政复议撤销")
    assert events(record) == ["published", "objection-marked", "objection-cleared", "removed", "revoked"]
    verbs = list(
        Entry.objects.filter(thing_id=str(record.pk), verb__startswith="records.").values_list("verb", flat=True)
    )
    assert verbs == ["records.register", "records.mark", "records.unmark", "records.repair", "records.revoke"]


def test_a_correction_keeps_the_old_value_and_moves_the_window(world):
    _outcome, record, _reasons = take(draft())
    with transaction.atomic():
        corrected = actions.correct(record, world.approver, "decision_date", days_ago(10).isoformat(), "YY-1")
    assert corrected.decision_date == corrected.publicity_from == days_ago(10)
    kept = RecordCorrection.objects.get()
    assert (kept.field, kept.old_value, kept.new_value) == (
        "decision_date", days_ago(5).isoformat(), days_ago(10).isoformat(),
    )  # fmt: skip
    assert events(record) == ["published", "corrected"]
    with transaction.atomic():
        actions.correct(record, world.approver, "decision_date", days_ago(10), "YY-1")
    assert RecordCorrection.objects.count() == 1, "the same value changes nothing"


@pytest.mark.parametrize(
    ("field", "value", "status", "told"),
    [
        ("category", "吊销许可证件", "publicised", ["published", "corrected"]),
        ("minor_declared", True, "withheld", ["published", "corrected", "removed"]),
        ("decision_date", "2018-01-08", "expired", ["published", "corrected", "removed"]),
    ],
)
def test_a_correction_can_move_a_record_in_and_out_of_publicity(world, field, value, status, told):
    _outcome, record, _reasons = take(draft())
    with transaction.atomic():
        assert actions.correct(record, None, field, value, "YY-1").status == status
    assert events(record) == told


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("decision_date", "2026-02-30"),
        ("decision_date", "2099-01-01"),
        ("decision_date", ""),
        ("fine_amount", "很多"),
        ("fine_amount", "-1"),
        ("fine_amount", "1e40"),
        ("document_number", "3"),
        ("subject_name", ""),
        ("category", "罚" * 300),
        ("content", "a\x00b"),
        ("status", "repaired"),
        ("subject", "1"),
    ],
)
def test_impossible_corrections(world, field, value):
    _outcome, record, _reasons = take(draft())
    with pytest.raises(Refused) as refused, transaction.atomic():
        actions.correct(record, world.approver, field, value, "YY-1")
    assert refused.value.status == 400
    record.refresh_from_db()
    assert record.version == 1


def test_a_corrected_number_must_be_free(world):
    take(draft())
    _outcome, record, _reasons = take(draft(document_number="青市监处罚〔2026〕13号"))
    with pytest.raises(Refused) as refused, transaction.atomic():
        actions.correct(record, world.approver, "document_number", "青市监处罚（2026）12号", "YY-1")
    assert refused.value.status == 409


def test_the_sweep_stops_what_is_over_once(world):
    _outcome, record, _reasons = take(draft())
    AdverseRecord.objects.filter(pk=record.pk).update(publicity_until=timezone.localdate())
    assert sweep()["stopped"] == 0, "the last day is still shown"
    AdverseRecord.objects.filter(pk=record.pk).update(publicity_until=days_ago(9))
    assert not queries.search_register(code(11)).exists(), "hidden from the first day after, sweep or not"
    assert (sweep()["stopped"], sweep()["stopped"]) == (1, 0)
    record.refresh_from_db()
    assert record.status == "expired"
    assert events(record) == ["published", "removed"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{code}", True),
        (" {lower} ", True),
        ("\u200b{wide}", True),
        ("澄江食品", True),
        ("　澄江 ", True),
        ("澄", False),
        ("", False),
        ("%", False),
        ("不存在的公司", False),
    ],
)
def test_searching_the_register(world, text, found):
    take(draft())
    wide = "".join(chr(ord(c) + 0xFEE0) for c in code(11))
    text = text.format(code=code(11), lower=code(11).lower(), wide=wide)
    assert queries.search_register(text).exists() is found


def test_brackets_in_names_are_found_in_either_width(world):
    take(draft(subject_name="澄江（青禾）食品厂"))
    assert queries.search_register("澄江(青禾)").exists()
    assert queries.search_register("澄江（青禾）").exists()


def test_who_sees_which_record(world):
    _outcome, record, _reasons = take(draft())
    seen = {
        name: bool(guards.can_read(getattr(world, name), record))
        for name in ("officer", "colleague", "lead_officer", "approver", "auditor", "administrator", "enterprise")
    }
    assert seen == {
        "officer": True, "colleague": False, "lead_officer": True, "approver": True, "auditor": True,
        "administrator": True, "enterprise": True,
    }  # fmt: skip
    for name in (*seen, "stranger", "platform"):
        person = getattr(world, name)
        listed = queries.records_of(person).filter(pk=record.pk).exists()
        assert listed == bool(guards.can_read(person, record)), f"list and detail agree for {name}"
    assert not guards.can_read(None, record)
    importers = {name for name in (*seen, "stranger", "platform") if guards.can_import(getattr(world, name))}
    assert importers == {"officer", "colleague", "lead_officer", "approver", "administrator"}


def test_the_eligibility_card(world):
    _outcome, record, _reasons = take(draft())
    assert not card(record).can_apply
    later = card(record, today=record.earliest_application)
    assert later.can_apply and later.earliest == record.earliest_application
    assert not card(record, today=record.earliest_application, open_case=True).can_apply


def test_stored_reasons_are_chinese_whatever_the_reader_reads(world):
    with translation.override("en"):
        _outcome, record, _reasons = take(draft())
    assert "公示" in "".join(line["text"] for line in record.because)
    assert record.authority.name == MARKET
