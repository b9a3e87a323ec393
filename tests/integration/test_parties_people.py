"""Tokens, agencies, authorities and the check_code command against a real database."""

import datetime as dt
import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from journal.models import Entry
from parties.codes import make_code
from parties.guards import acts_for, can_act_for, can_administer
from parties.models import Agency, ApiToken, Authority, Subject, User
from parties.queries import NoLeadAuthority, agents_of, lead_authority, officers_of, subjects_of
from parties.tokens import create_token, find_user, revoke_token

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk():
    return User.objects.create_user("clerk", full_name="经办人")


@pytest.fixture
def company():
    return Subject.objects.create(kind="entity", name="虚构一号有限公司", code=make_code(seed=1))


def test_a_token_finds_its_user_and_only_its_digest_is_kept(clerk):
    key = create_token(clerk, "推送")
    assert find_user(key) == clerk
    row = ApiToken.objects.get()
    assert key not in (row.digest, row.name)
    assert row.last_used_at is not None
    assert key not in str(list(Entry.objects.values_list("data", flat=True)))
    assert create_token(clerk, "推送") != key


@pytest.mark.parametrize("key", ["", "x", "xinxiu_", "xinxiu_" + "a" * 43, "Xinxiu_", None])
def test_other_keys_find_nobody(clerk, key):
    create_token(clerk, "推送")
    assert find_user(key) is None


def test_a_revoked_token_or_a_closed_account_opens_nothing(clerk):
    key = create_token(clerk, "推送")
    clerk.is_active = False
    clerk.save()
    assert find_user(key) is None
    clerk.is_active = True
    clerk.save()
    assert find_user(key) == clerk
    revoke_token(None, ApiToken.objects.get())
    revoke_token(None, ApiToken.objects.get())
    assert find_user(key) is None
    assert Entry.objects.filter(verb="parties.revoke_token").count() == 1


def test_use_is_noted_at_most_once_a_minute(clerk):
    key = create_token(clerk, "推送")
    recently = timezone.now() - dt.timedelta(seconds=30)
    ApiToken.objects.update(last_used_at=recently)
    find_user(key)
    assert ApiToken.objects.get().last_used_at == recently
    ApiToken.objects.update(last_used_at=recently - dt.timedelta(minutes=2))
    find_user(key)
    assert ApiToken.objects.get().last_used_at > recently


def test_who_acts_for_whom(clerk, company):
    other = User.objects.create_user("other")
    assert not acts_for(clerk, company)
    agency = Agency.objects.create(user=clerk, subject=company)
    assert acts_for(clerk, company)
    assert can_act_for(clerk, company)
    assert not acts_for(other, company)
    assert not acts_for(None, company)
    refusal = can_act_for(other, company)
    assert (refusal.code, company.name in refusal.reason, bool(refusal.cure)) == ("not_your_subject", True, True)
    assert list(subjects_of(clerk)) == [company]
    assert list(agents_of(company)) == [clerk]
    agency.active = False
    agency.save()
    assert not acts_for(clerk, company)
    assert list(subjects_of(clerk)) == []
    agency.active = True
    agency.save()
    clerk.is_active = False
    clerk.save()
    assert not acts_for(clerk, company)


@pytest.mark.parametrize(
    ("role", "allowed"), [("administrator", True), ("auditor", False), ("enterprise", False), ("platform", False)]
)
def test_who_administers(role, allowed):
    assert bool(can_administer(User.objects.create_user("x", role=role))) == allowed
    assert not can_administer(None)


def test_one_lead_authority():
    with pytest.raises(NoLeadAuthority, match="信用主管部门"):
        lead_authority()
    lead = Authority.objects.create(name="信用办", is_lead=True)
    assert lead_authority() == lead
    with pytest.raises(IntegrityError), transaction.atomic():
        Authority.objects.create(name="另一个", is_lead=True)
    approver = User.objects.create_user("approver", role="approver", authority=lead)
    assert list(officers_of(lead, "approver")) == [approver]
    assert list(officers_of(lead, "officer")) == []


def test_accounts():
    assert User.objects.create_superuser("root", password="long-enough-1").role == "administrator"
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_user("officer", role="officer")
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_user("stranger", role="king")


def test_subjects_are_identified_and_persons_masked(company):
    person = Subject.objects.create(kind="person", name="某人", identity_number="370299199003071234")
    assert person.shown_code == "3702**********1234"
    assert company.shown_code == company.code
    for wrong in ({"kind": "person", "code": make_code(seed=2)}, {"kind": "entity", "identity_number": "1"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Subject.objects.create(name="不行", **wrong)


@pytest.mark.parametrize(
    ("text", "code", "normalised"),
    [
        (make_code(seed=5), 0, make_code(seed=5)),
        (f" {make_code(seed=5).lower()} ", 0, make_code(seed=5)),
        ("000000000000000000", 1, "000000000000000000"),
        ("", 1, ""),
    ],
)
def test_check_code_command(text, code, normalised):
    out = StringIO()
    try:
        call_command("check_code", text, "--json", stdout=out)
        left = 0
    except SystemExit as leaving:
        left = leaving.code
    said = json.loads(out.getvalue())
    assert (left, said["valid"], said["normalised"]) == (code, code == 0, normalised)
    assert bool(said["reasons"]) == bool(code)
