"""The pages of the rules: who may look, what is shown, and the one press that says a rule was compared."""

import re

import pytest
from django.urls import reverse

from journal.models import Entry
from journal.reading import verify
from parties.models import User
from policy import naming
from policy.models import CalendarYear, Rule
from policy.packs import load_packs
from policy.rulebook import RuleBook
from tests import portal_scene

pytestmark = pytest.mark.django_db
READERS = ["officer", "approver", "auditor", "administrator"]
INLINE = re.compile(r'\sstyle="|<style|\son[a-z]+="|<script(?![^>]*\bsrc=)')


@pytest.fixture
def scene():
    return portal_scene.build()


@pytest.fixture
def sign_in(client, scene):
    def as_(name: str):
        client.force_login(scene.people[name])
        return client

    return as_


def pages(rule: Rule) -> list[str]:
    return [reverse("policy:rules"), reverse("policy:calendar"), reverse("policy:rule", args=[rule.pk])]


def a_rule(key="accept.working_days", **more) -> Rule:
    return Rule.objects.filter(key=key, **more).latest("effective_from")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("name", READERS)
def test_those_who_work_here_read(sign_in, name, language):
    client = sign_in(name)
    client.cookies["django_language"] = language
    for address in pages(a_rule()):
        page = client.get(address)
        assert page.status_code == 200, address
        text = page.content.decode()
        assert text.count("<h1") == 1
        assert not INLINE.search(text)


@pytest.mark.parametrize("name", ["enterprise", "platform"])
def test_others_do_not(sign_in, name):
    client = sign_in(name)
    for address in pages(a_rule()):
        assert client.get(address).status_code == 403


def test_visitors_are_asked_to_sign_in(client):
    for address in pages(a_rule()):
        assert client.get(address).status_code == 302


def shown(client, **filters) -> list[str]:
    page = client.get(reverse("policy:rules"), filters)
    assert page.status_code == 200
    return [line.rule.key for topic in page.context["topics"] for line in topic.lines]


def test_filters(sign_in):
    client = sign_in("officer")
    everything, today = shown(client, span="all"), shown(client)
    assert len(everything) == Rule.objects.count() > len(today) > 60
    assert "bar.repairs_in_years" in everything
    assert "bar.repairs_in_years" not in today, "shipped switched off"
    unverified = shown(client, unverified="on")
    assert "accept.working_days" in unverified
    assert set(unverified) == {line for line in today if line in unverified}
    assert not {"remedy.review_days", "publicity.general.maximum_months"} - set(shown(client))
    assert "remedy.review_days" not in unverified
    assert shown(client, text="复议") == ["remedy.review_days"]
    assert set(shown(client, pack="shandong")) <= set(
        Rule.objects.filter(pack__code="shandong").values_list("key", flat=True)
    )
    # 食品 has no rules of its own today; what stands for 市场监管 above it is shown.
    assert "publicity.minor.maximum_months" in shown(client, sector="food")
    assert shown(client, text="没有这样的规则") == []
    assert shown(client, pack="nothing", sector="nothing", span="nothing") == today, "a wrong filter filters nothing"


def test_the_page_says_value_basis_dates_and_state(sign_in):
    rule = a_rule("publicity.general.maximum_months", sectors=[])
    text = sign_in("auditor").get(reverse("policy:rule", args=[rule.pk])).content.decode()
    for words in ("一般：最长公示期", "12 个月", "《信用修复管理办法》", "2026年4月1日起", "已核验", "载入系统"):
        assert words in text
    # The others of the same name: 58号令 and 市场监管.
    assert "36 个月" in text
    assert "市场监管" in text
    assert "有专门规定的领域" in text


def test_a_rule_that_does_not_exist_is_not_found(sign_in):
    assert sign_in("officer").get(reverse("policy:rule", args=[987654])).status_code == 404


def test_verifying_is_one_press_with_a_line_and_survives_a_reload(sign_in, scene):
    client, rule = sign_in("administrator"), a_rule()
    page = client.get(reverse("policy:rule", args=[rule.pk]))
    assert page.context["may_verify"]
    response = client.post(reverse("policy:verify", args=[rule.pk]), {"seen": page.context["seen"]})
    assert response.status_code == 302
    rule.refresh_from_db()
    assert rule.verified
    line = Entry.objects.get(verb="policy.verify")
    assert (line.actor_id, line.thing_id) == (scene.people["administrator"].pk, str(rule.pk))
    assert (line.data["key"], line.data["value"]) == ("accept.working_days", 3)
    text = client.get(reverse("policy:rule", args=[rule.pk])).content.decode()
    assert "韩冰" in text
    assert "由“否”改为“是”" in text
    assert RuleBook.load(rule.effective_from).value(rule.key).basis.verified
    load_packs()
    rule.refresh_from_db()
    assert rule.verified
    assert verify().ok


@pytest.mark.parametrize("name", ["officer", "approver", "auditor", "enterprise"])
def test_only_the_administrator_verifies(sign_in, name):
    client, rule = sign_in(name), a_rule()
    response = client.post(reverse("policy:verify", args=[rule.pk]), {"seen": rule.content_digest()})
    assert response.status_code == 403
    rule.refresh_from_db()
    assert not rule.verified
    assert not Entry.objects.filter(verb="policy.verify").exists()


def test_what_was_not_seen_is_not_verified(sign_in):
    client, rule = sign_in("administrator"), a_rule()
    seen = rule.content_digest()
    rule.value = 5
    rule.save()
    for wrong in (seen, "", "x"):
        assert client.post(reverse("policy:verify", args=[rule.pk]), {"seen": wrong}).status_code == 409
    rule.refresh_from_db()
    assert not rule.verified


def test_verifying_twice_and_by_a_link_is_refused(sign_in):
    client, rule = sign_in("administrator"), a_rule("remedy.review_days")
    assert client.get(reverse("policy:verify", args=[rule.pk])).status_code == 405
    response = client.post(reverse("policy:verify", args=[rule.pk]), {"seen": rule.content_digest()})
    assert response.status_code == 403
    assert "已经核验" in response.content.decode()


def test_the_calendar_names_its_source(sign_in):
    text = sign_in("officer").get(reverse("policy:calendar")).content.decode()
    for year in CalendarYear.objects.all():
        assert year.source in text
    assert "2027 年还没有载入" in text
    assert "国庆节" in text


def test_every_shipped_rule_has_a_name():
    assert not [key for key in Rule.objects.values_list("key", flat=True) if naming.name_of(key) == key]


def test_every_shipped_value_reads_as_words():
    for rule in Rule.objects.all():
        words = naming.in_words(rule.value, rule.unit)
        assert words
        assert "{" not in words or rule.key == "notice.number_style", (rule.key, words)


def test_navigation_leads_here(sign_in):
    for name in READERS:
        page = sign_in(name).get(reverse("policy:rules")).content.decode()
        assert f'href="{reverse("policy:rules")}" aria-current="page"' in page


def test_roles_are_those_of_the_house():
    from policy import guards

    assert set(guards.READERS) == set(User.STAFF_ROLES)
