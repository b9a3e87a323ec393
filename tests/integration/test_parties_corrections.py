"""校核纠错: an older code or a corrected name holds after two people, never by itself."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from config.invariants import walk
from exchange.models import OutboundEvent
from journal.actions import journalled
from journal.models import Entry
from parties import actions
from parties.evidence import evidence_for, evidence_for_correction
from parties.models import CodeMapping, Subject, SubjectCorrection, User
from policy.verdict import Refused
from records.actions import apply_correction, register
from tests.records_world import code, draft, office

OLD = code(11)[8:17]
GROUNDS = "营业执照（青市监登记〔2026〕3号）"


@pytest.fixture
def world(db):
    made = office()
    made.second = User.objects.create_user("second", password="x", role=User.Role.OFFICER, authority=made.lead)
    return made


def propose(world, kind="organisation", old=OLD, new=None, actor=None):
    return actions.propose_mapping(actor or world.officer, kind, old, new or code(11), GROUNDS, "青禾澄江食品有限公司")


def applied(world, *args, **kwargs):
    mapping = propose(world, *args, **kwargs)
    actions.check(world.lead_officer, mapping, "与登记档案一致")
    return actions.apply(world.lead_officer, mapping)


def take(row, actor=None):
    with journalled():
        return register(row, None, actor)


def without_code(**changes):
    return draft(subject_code="", **changes)


@pytest.mark.parametrize(
    ("kind", "field", "written"),
    [
        ("organisation", "organisation_code", f"{OLD[:8]}-{OLD[8]}"),
        ("organisation", "organisation_code", OLD.lower()),
        ("organisation", "subject_code", OLD),
        ("registration", "registration_number", "３７０２９９１２３４５６７８９"),
        ("registration", "subject_code", "370299123456789"),
        ("tax", "tax_number", f" 370299{OLD} "),
    ],
)
def test_a_row_with_only_an_older_code_is_taken_by_an_applied_mapping(world, kind, field, written):
    old = {"organisation": OLD, "registration": "370299123456789", "tax": f"370299{OLD}"}[kind]
    row = {"subject_code": "", field: written}
    outcome, record, reasons = take(draft(**row))
    assert outcome == "refused" and {reason.field for reason in reasons} == {"subject_code"}
    mapping = propose(world, kind, old)
    assert take(draft(**row))[0] == "refused", "proposed is not applied"
    actions.check(world.lead_officer, mapping)
    assert take(draft(**row))[0] == "refused", "checked is not applied"
    actions.apply(world.second, mapping)
    made = draft(**row)
    outcome, record, reasons = take(made)
    assert (outcome, reasons, record.subject) == ("taken", [], world.subject)
    [change] = [change for change in made.changes if change.field == "subject_code"]
    assert change.new == code(11) and old in change.why


def test_a_row_that_has_its_code_needs_no_mapping(world):
    applied(world, new=code(12))
    outcome, record, _reasons = take(draft(organisation_code=OLD))
    assert (outcome, record.subject.code) == ("taken", code(11))


def test_two_older_codes_that_point_to_two_subjects_are_refused(world):
    applied(world)
    applied(world, "registration", "370299123456789", code(12))
    outcome, _record, [reason] = take(without_code(organisation_code=OLD, registration_number="370299123456789"))
    assert (outcome, reason.code) == ("refused", "old_codes_disagree")


def test_a_person_is_never_found_by_an_older_code(world):
    applied(world)
    outcome, _record, [reason] = take(without_code(organisation_code=OLD, subject_kind="person"))
    assert (outcome, reason.code) == ("refused", "no_identity_number")


def test_every_step_stands_in_the_journal_with_its_person(world):
    mapping = applied(world)
    assert list(
        Entry.objects.filter(thing_type="parties.codemapping", thing_id=str(mapping.pk)).values_list(
            "verb", "actor_name"
        )
    ) == [
        ("parties.propose_mapping", "officer"),
        ("parties.check_mapping", "lead_officer"),
        ("parties.apply_mapping", "lead_officer"),
    ]
    assert (mapping.status, mapping.proposed_by, mapping.checked_by) == ("applied", world.officer, world.lead_officer)


#: Who may do what with a proposal of the officer's: (check, apply a checked one, reject). The code of the refusal.
PEOPLE = {
    "officer": ("not_the_lead_office", "not_the_lead_office", ""),
    "colleague": ("not_the_lead_office", "not_the_lead_office", "not_the_lead_office"),
    "lead_officer": ("", "", ""),
    "approver": ("", "", ""),
    "administrator": ("", "", ""),
    "auditor": ("not_the_lead_office",) * 3,
    "enterprise": ("not_the_lead_office",) * 3,
    "platform": ("not_the_lead_office",) * 3,
}


@pytest.mark.parametrize("name", PEOPLE)
def test_who_may_check_apply_and_reject(world, name):
    actor = getattr(world, name)
    for wanted, verb in zip(PEOPLE[name], ("check", "apply", "reject"), strict=True):
        with transaction.atomic():
            mapping = propose(world)
            if verb == "apply":
                actions.check(world.second, mapping)
            do = {
                "check": lambda m: actions.check(actor, m),
                "apply": lambda m: actions.apply(actor, m),
                "reject": lambda m: actions.reject(actor, m, "抄错了"),
            }[verb]
            if wanted:
                with pytest.raises(Refused) as refused:
                    do(mapping)
                assert (refused.value.verdict.code, refused.value.status) == (wanted, 403)
            else:
                do(mapping)
            transaction.set_rollback(True)


def test_the_proposer_does_not_check_even_from_the_lead_office(world):
    mapping = propose(world, actor=world.lead_officer)
    with pytest.raises(Refused) as refused:
        actions.check(world.lead_officer, mapping)
    assert refused.value.verdict.code == "same_person"
    with pytest.raises(IntegrityError), transaction.atomic():
        CodeMapping.objects.filter(pk=mapping.pk).update(checked_by=world.lead_officer)
    with pytest.raises(IntegrityError), transaction.atomic():
        CodeMapping.objects.filter(pk=mapping.pk).update(status="applied")
    actions.check(world.second, mapping)
    actions.apply(world.lead_officer, mapping)


def test_steps_in_the_wrong_order_are_refused(world):
    mapping = propose(world)
    with pytest.raises(Refused, match="还没有核对"):
        actions.apply(world.lead_officer, mapping)
    actions.check(world.lead_officer, mapping)
    for verb in (actions.check, actions.apply, actions.apply):
        if verb is actions.apply and CodeMapping.objects.get().status == "checked":
            verb(world.lead_officer, mapping)
            continue
        with pytest.raises(Refused) as refused:
            verb(world.lead_officer, mapping)
        assert refused.value.status == 409
    with pytest.raises(Refused):
        actions.reject(world.lead_officer, mapping, "迟了")


def test_one_older_code_is_proposed_once_until_it_is_rejected(world):
    mapping = propose(world)
    with pytest.raises(Refused) as refused:
        propose(world, new=code(12))
    assert (refused.value.status, refused.value.verdict.code) == (409, "already_there")
    taken_back = actions.reject(world.officer, mapping, "抄错了")
    assert (taken_back.status, taken_back.checked_by) == ("rejected", None)
    assert propose(world, new=code(12)).pk != mapping.pk


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        ("organisation", "", None),
        ("organisation", "12345", None),
        ("organisation", "3702****9", None),
        ("organisation", "旧代码一二三四", None),
        ("fax", OLD, None),
        ("organisation", OLD, "000000000000000000"),
        ("organisation", OLD, "不是代码"),
    ],
)
def test_impossible_codes_are_not_proposed(world, kind, old, new):
    with pytest.raises(Refused) as refused:
        propose(world, kind, old, new)
    assert refused.value.status == 400
    assert not CodeMapping.objects.exists()


@pytest.mark.parametrize(
    ("kind", "old", "tones"),
    [
        ("organisation", OLD, ["good", "good"]),
        ("organisation", code(12)[8:17], ["bad", "good"]),
        ("organisation", OLD[:8] + ("1" if OLD[8] != "1" else "2"), ["bad", "bad", "good"]),
        ("tax", f"370299{OLD}", ["good", "good"]),
        ("tax", "370299123456789", ["bad", "good"]),
        ("tax", code(11), ["good", "good"]),
        ("registration", "370299123456785", ["", "good"]),
        ("registration", "370299123456786", ["bad", "good"]),
    ],
)
def test_what_the_codes_themselves_say(world, kind, old, tones):
    assert [item.tone for item in evidence_for(propose(world, kind, old))] == tones


def correct(world, field, value):
    return actions.propose_correction(world.officer, world.subject, field, value, GROUNDS)


def test_a_name_changes_only_through_two_people_and_records_keep_theirs(world):
    _outcome, record, _reasons = take(draft())
    correction = correct(world, "name", "青禾澄江食品集团有限公司")
    world.subject.refresh_from_db()
    assert world.subject.name == "青禾澄江食品有限公司"
    actions.check(world.lead_officer, correction)
    apply_correction(world.lead_officer, correction)
    world.subject.refresh_from_db()
    record.refresh_from_db()
    assert (world.subject.name, record.subject_name) == ("青禾澄江食品集团有限公司", "青禾澄江食品有限公司")
    assert not OutboundEvent.objects.filter(type=OutboundEvent.Type.CORRECTED).exists()
    assert list(walk()) == []


def test_a_corrected_code_is_told_to_the_platforms(world):
    _outcome, record, _reasons = take(draft())
    correction = correct(world, "code", code(77))
    assert [item.tone for item in evidence_for_correction(correction)] == ["bad"]
    actions.check(world.lead_officer, correction)
    apply_correction(world.second, correction)
    event = OutboundEvent.objects.get(type=OutboundEvent.Type.CORRECTED)
    assert (event.subject, event.data["subject_code"]) == (record.public_id, code(77))
    assert take(draft(subject_code=code(77)))[0] == "known", "the record followed its subject"
    assert list(walk()) == []


def test_a_code_of_somebody_else_or_a_subject_that_changed_is_refused(world):
    Subject.objects.create(kind="entity", name="青禾别家有限公司", code=code(78))
    with pytest.raises(Refused) as refused:
        correct(world, "code", code(78))
    assert (refused.value.status, refused.value.verdict.code) == (409, "code_taken")
    correction = correct(world, "name", "新名有限公司")
    with pytest.raises(Refused) as refused:
        correct(world, "name", "又一名有限公司")
    assert refused.value.status == 409
    actions.check(world.lead_officer, correction)
    Subject.objects.filter(pk=world.subject.pk).update(name="别处改过有限公司")
    with pytest.raises(Refused) as refused:
        apply_correction(world.lead_officer, correction)
    assert refused.value.verdict.code == "changed"
    world.subject.refresh_from_db()
    assert world.subject.name == "别处改过有限公司"


@pytest.mark.parametrize(
    ("field", "value"), [("name", " "), ("name", "青禾澄江食品有限公司"), ("code", "1"), ("phone", "1")]
)
def test_impossible_corrections_of_a_subject(world, field, value):
    with pytest.raises(Refused) as refused:
        correct(world, field, value)
    assert refused.value.status == 400 and not SubjectCorrection.objects.exists()


def test_the_pages_from_proposal_to_use(world, client):
    client.force_login(world.officer)
    assert client.get(reverse("records:propose_mapping") + f"?old_kind=organisation&old_code={OLD}").status_code == 200
    data = {"old_kind": "organisation", "old_code": OLD, "code": "12", "grounds": GROUNDS, "name": ""}
    assert client.post(reverse("records:propose_mapping"), data).status_code == 422
    made = client.post(reverse("records:propose_mapping"), {**data, "code": code(11)})
    assert made.status_code == 302
    again = client.post(reverse("records:propose_mapping"), {**data, "code": code(11)})
    assert again.status_code == 409 and "已经有一条对照" in again.content.decode()
    page = client.get(made.url).content.decode()
    assert "相符" in page and 'value="check"' not in page and 'value="reject"' in page
    decide = made.url + "decide/"
    assert client.post(decide, {"verb": "check"}).status_code == 403
    client.force_login(world.lead_officer)
    assert 'value="check"' in client.get(made.url).content.decode()
    assert client.post(decide, {"verb": "apply"}).status_code == 409
    assert client.post(decide, {"verb": "nothing"}).status_code == 404
    client.post(decide, {"verb": "check", "finding": "与登记档案一致"})
    client.post(decide, {"verb": "apply"})
    assert CodeMapping.objects.get().status == "applied"
    for address in ("", "?kind=correction", "?kind=mapping&status=applied", "?kind=nothing&status=x"):
        assert client.get(reverse("records:identity") + address).status_code == 200

    form = {"subject_code": code(11), "field": "name", "new_value": "青禾新名有限公司", "grounds": GROUNDS}
    assert client.post(reverse("records:propose_correction"), {**form, "subject_code": "1"}).status_code == 422
    made = client.post(reverse("records:propose_correction"), form)
    client.force_login(world.second)
    decide = made.url + "decide/"
    client.post(decide, {"verb": "reject"})
    assert SubjectCorrection.objects.get().status == "proposed", "a rejection needs its reason"
    client.post(decide, {"verb": "check"})
    client.post(decide, {"verb": "apply"})
    world.subject.refresh_from_db()
    assert world.subject.name == "青禾新名有限公司"
    client.force_login(world.auditor)
    assert client.get(made.url).status_code == 200
    assert client.post(decide, {"verb": "reject", "finding": "x"}).status_code == 403
    client.force_login(world.enterprise)
    for address in (made.url, reverse("records:identity"), reverse("records:propose_mapping")):
        assert client.get(address).status_code == 403
    assert client.get("/imports/identity/nothing/1/").status_code == 403


def test_a_refused_row_leads_to_the_proposal(world, client):
    import json

    from django.core.files.uploadedfile import SimpleUploadedFile

    from tests.records_world import row

    client.force_login(world.officer)
    mine = {**row(统一社会信用代码=""), "组织机构代码": OLD}
    file = SimpleUploadedFile("a.json", json.dumps([mine]).encode())
    page = client.get(client.post(reverse("records:import"), {"file": file, "source": "", "direct": "on"}).url)
    assert f"old_kind=organisation&amp;old_code={OLD}" in page.content.decode()


def test_the_database_keeps_a_mapping_from_holding_unchecked(world):
    from django.db import connection

    mapping = applied(world)
    assert list(walk(["identity"])) == []
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE parties_codemapping SET checked_by_id = NULL WHERE id = %s", [mapping.pk])
