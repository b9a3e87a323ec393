"""The administration pages: who may enter, what is journaled, and that an edit is an edit."""

import pytest
from django.urls import reverse

from journal.models import Entry
from journal.reading import verify
from parties.models import Agency, ApiToken, Authority, Subject, User
from parties.tokens import find_user
from policy.models import CalendarYear, ReasonCode, Rule, RulePack, WorkdayOverride
from policy.packs import load_packs
from policy.rulebook import today_book
from policy.ways import can_repair_by

pytestmark = pytest.mark.django_db
MODELS = [RulePack, Rule, ReasonCode, CalendarYear, WorkdayOverride, Authority, Subject, User, Agency, ApiToken, Entry]


@pytest.fixture
def administrator():
    return User.objects.create_user("admin", password="long-enough-1", role="administrator", is_staff=True)


@pytest.fixture
def office(client, administrator):
    client.force_login(administrator, backend="django.contrib.auth.backends.ModelBackend")
    return client


def address(model, page="changelist", *arguments) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=arguments)


@pytest.mark.parametrize("model", MODELS)
def test_every_list_and_page_opens(office, model):
    Authority.objects.create(name="甲局")
    assert office.get(address(model)).status_code == 200
    thing = model._default_manager.first()
    if thing is not None:
        assert office.get(address(model, "change", thing.pk)).status_code == 200


@pytest.mark.parametrize(("role", "staff"), [("enterprise", True), ("officer", True), ("administrator", False)])
def test_others_stay_outside(client, role, staff):
    authority = Authority.objects.create(name="甲局")
    user = User.objects.create_user("other", role=role, is_staff=staff, authority=authority)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(address(Rule)).status_code in (302, 403)


def test_an_auditor_reads_and_changes_nothing(client):
    user = User.objects.create_user("auditor", role="auditor", is_staff=True)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    rule = Rule.objects.first()
    assert client.get(address(Rule)).status_code == 200
    assert client.post(address(Rule, "change", rule.pk), {}).status_code == 403
    assert client.get(address(Rule, "add")).status_code == 403
    assert client.get(address(Entry)).status_code == 200


def rule_form(rule, **changes) -> dict:
    fields = {
        "value": "5", "unit": rule.unit, "basis_title": rule.basis_title, "basis_article": rule.basis_article,
        "mark": rule.mark, "verified": "on", "effective_until": "", "note": rule.note, "active": "on",
    }  # fmt: skip
    return {**fields, **changes}


def test_a_rule_change_is_journaled_and_survives(office, administrator):
    rule = Rule.objects.get(key="accept.working_days")
    response = office.post(address(Rule, "change", rule.pk), rule_form(rule))
    assert response.status_code == 302, response.context["adminform"].errors
    line = Entry.objects.filter(verb="policy.admin_change").latest("sequence")
    assert (line.actor_id, line.thing_id) == (administrator.pk, str(rule.pk))
    assert line.data["fields"] == {"value": [3, 5], "verified": [False, True]}
    assert rule.history.first().history_user == administrator
    load_packs()
    rule.refresh_from_db()
    assert (rule.value, rule.verified, rule.key) == (5, True, "accept.working_days")
    assert verify().ok


@pytest.mark.parametrize(
    "changes",
    [
        {"value": '"five"'},
        {"value": "{"},
        {"effective_until": "2001-01-01"},
        {"effective_until": "2026-06-30"},
        {"active": ""},
    ],
)
def test_a_wrong_rule_is_not_saved(office, changes):
    rule = Rule.objects.get(key="accept.working_days")
    response = office.post(address(Rule, "change", rule.pk), rule_form(rule, **changes))
    assert response.status_code == 200
    assert response.context["adminform"].form.errors
    rule.refresh_from_db()
    assert rule.value == 3


def test_a_verified_number_that_is_edited_has_to_be_compared_again(office):
    rule = Rule.objects.get(key="remedy.review_days")
    assert rule.verified
    answer = office.post(address(Rule, "change", rule.pk), rule_form(rule, value="90"), follow=True)
    assert "改过的规则不再算已核验" in answer.content.decode()
    rule.refresh_from_db()
    assert (rule.value, rule.verified) == (90, False)
    line = Entry.objects.filter(verb="policy.admin_change").latest("sequence")
    assert line.data["fields"] == {"value": [60, 90], "verified": [True, False]}
    # A note is not what was compared; and who ticks the box in the same edit has compared.
    office.post(address(Rule, "change", rule.pk), rule_form(rule, value="90"))
    rule.refresh_from_db()
    assert rule.verified
    office.post(address(Rule, "change", rule.pk), rule_form(rule, value="90", note="已电话核实"))
    rule.refresh_from_db()
    assert (rule.verified, rule.note) == (True, "已电话核实")


def test_a_rule_without_an_article_is_not_saved(office):
    rule = Rule.objects.get(key="accept.working_days")
    answer = office.post(address(Rule, "change", rule.pk), rule_form(rule, basis_article=" "))
    assert "请填写条款" in answer.content.decode()


def test_a_sectors_rule_does_not_stand_in_for_everybodys(office):
    """市场监管 has a decision limit of its own; switching off the general one would leave everybody else without."""
    rule = Rule.objects.get(key="decide.working_days", sectors=[])
    response = office.post(address(Rule, "change", rule.pk), rule_form(rule, value="7", active=""))
    assert "停用后系统无法计算" in response.content.decode()
    sector = Rule.objects.get(key="decide.working_days", pack__code="sector-market")
    response = office.post(address(Rule, "change", sector.pk), rule_form(sector, value="7", active=""))
    assert response.status_code == 302, response.context["adminform"].errors


def test_a_rule_that_nothing_needs_may_be_switched_on_and_off(office):
    rule = Rule.objects.get(key="bar.after_repair_months")
    for active in ("on", ""):
        response = office.post(address(Rule, "change", rule.pk), rule_form(rule, value="12", active=active))
        assert response.status_code == 302, response.context["adminform"].errors
        rule.refresh_from_db()
        assert rule.active == bool(active)


def test_an_office_adds_a_rule_of_its_own(office):
    pack = RulePack.objects.get(code="district")
    form = {
        "pack": pack.pk, "key": "repair.volunteering.minimum_hours", "value": "20", "unit": "hours",
        "basis_title": "示范区办法", "basis_article": "第三条", "mark": "V", "verified": "on",
        "effective_from": "2026-06-01", "effective_until": "", "sectors": "[]", "note": "", "active": "on",
    }  # fmt: skip
    refused = office.post(address(Rule, "add"), form | {"value": "-20"})
    assert refused.context["adminform"].errors
    made = office.post(address(Rule, "add"), form)
    assert made.status_code == 302, made.context["adminform"].errors
    assert can_repair_by("volunteering", "local", today_book())
    load_packs()
    assert can_repair_by("volunteering", "local", today_book()), "a load leaves an office's own rules alone"


@pytest.mark.parametrize("model", [Rule, ReasonCode, CalendarYear, Entry, User])
def test_nothing_is_deleted(office, model):
    thing = model._default_manager.first()
    if thing is None:
        thing = model._default_manager.create(username="x")
    assert office.post(address(model, "delete", thing.pk), {"post": "yes"}).status_code == 403


def test_the_journal_is_only_read(office):
    entry = Entry.objects.first()
    assert office.get(address(Entry, "add")).status_code == 403
    assert office.post(address(Entry, "change", entry.pk), {"verb": "x"}).status_code == 403


def test_a_changed_holiday_is_a_changed_year(office):
    year = CalendarYear.objects.get(year=2026)
    days = list(year.overrides.all())
    form = {"source": year.source, "announced_on": str(year.announced_on)}
    form |= {
        "overrides-TOTAL_FORMS": len(days) + 1, "overrides-INITIAL_FORMS": len(days),
        "overrides-MIN_NUM_FORMS": 0, "overrides-MAX_NUM_FORMS": 1000,
    }  # fmt: skip
    for n, day in enumerate(days):
        form |= {f"overrides-{n}-day": str(day.day), f"overrides-{n}-name": day.name, f"overrides-{n}-year": "2026"}
        if day.is_workday:
            form[f"overrides-{n}-is_workday"] = "on"
    form |= {f"overrides-{len(days)}-day": "2026-11-25", f"overrides-{len(days)}-name": "试验"}
    form[f"overrides-{len(days)}-year"] = "2026"
    response = office.post(address(CalendarYear, "change", 2026), form)
    assert response.status_code == 302, response.context["errors"]
    year.refresh_from_db()
    assert year.is_edited
    load_packs()
    assert year.overrides.filter(day="2026-11-25").exists()


def test_an_account_with_its_role(office):
    authority = Authority.objects.create(name="甲局")
    form = {"username": "officer1", "full_name": "张经办", "role": "officer", "usable_password": "true",
            "password1": "quite-Long-77", "password2": "quite-Long-77", "phone": ""}  # fmt: skip
    refused = office.post(address(User, "add"), form)
    assert "所属机关" in refused.content.decode()
    made = office.post(address(User, "add"), {**form, "authority": authority.pk})
    assert made.status_code == 302, made.context["adminform"].errors
    user = User.objects.get(username="officer1")
    assert (user.role, user.authority, user.is_staff, user.works_here) == ("officer", authority, False, True)
    line = Entry.objects.filter(verb="parties.admin_add").latest("sequence")
    assert "quite-Long-77" not in str(line.data)


def test_a_token_is_shown_once(office):
    platform = User.objects.create_user("platform", role="platform")
    response = office.post(address(ApiToken, "add"), {"user": platform.pk, "name": "推送"}, follow=True)
    text = next(str(message) for message in response.context["messages"] if "xinxiu_" in str(message))
    key = next(word for word in text.replace("：", " ").split() if word.startswith("xinxiu_"))
    assert find_user(key) == platform
    assert key not in office.get(address(ApiToken, "change", ApiToken.objects.get().pk)).content.decode()
    office.post(address(ApiToken), {"action": "revoke", "_selected_action": [ApiToken.objects.get().pk]})
    assert find_user(key) is None


def test_subjects_and_authorities_are_checked(office):
    refused = office.post(address(Authority, "add"), {"name": "乙局", "code": "000000000000000000"})
    assert "登记管理部门" in refused.content.decode()
    refused = office.post(address(Subject, "add"), {"kind": "entity", "name": "某公司", "code": ""})
    assert "统一社会信用代码" in refused.content.decode()
    assert not Subject.objects.exists()
