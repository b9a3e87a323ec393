"""Letters about records, too, say beforehand which of their rules nobody has compared with the official text."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from journal import actions as journal
from notices.models import Notice
from notices.queries import unverified_rules
from policy.models import Rule
from records import actions
from records.actions.correction import rules_after
from records.actions.letters import LETTERS
from records.actions.reminding import rules_under as rules_under_reminder
from records.actions.upstream import rules_under
from records.enquiries import actions as enquiries
from records.models import ImportRun, UpstreamChange
from records.uploads import inspect
from tests import records_world
from tests.integration.test_casework_pages import png
from tests.records_world import draft

pytestmark = pytest.mark.django_db
SENTENCE = "条还没有与正式文本核对"


@pytest.fixture
def world():
    return records_world.office()


def take(**changes):
    with journal.journalled():
        outcome, record, reasons = actions.register(draft(**changes), None, None)
    assert outcome == "taken", reasons
    return record


def sign_in(client, user):
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def named(rules) -> set[str]:
    return {rule.key for rule in rules}


def report(world, record, **more) -> UpstreamChange:
    given = {
        "kind": "annul",
        "document_number": "青复决〔2026〕3号",
        "effective_on": timezone.localdate(),
        "decided_by": "青禾区人民政府",
        "reason": "事实不清",
        "document": inspect(SimpleUploadedFile("决定.png", png())),
    }
    return actions.report_change(world.officer, record, **(given | more))


@pytest.mark.parametrize("values", [None, {"fine_amount": "2000000"}, {"category": "警告", "fine_amount": ""}])
def test_a_change_upstream_names_what_its_letter_will_rest_on(world, client, values):
    record = take()
    change = report(world, record, kind="change" if values else "annul", values=values)
    said = unverified_rules(rules_under(change))
    page = sign_in(client, world.lead_officer).get(reverse("records:change", args=[change.pk])).content.decode()
    assert page.count(SENTENCE) == 1
    record.refresh_from_db()
    assert record.fine_amount == 20000, "looking ahead changes nothing"
    actions.confirm_change(world.lead_officer, change)
    letter = Notice.objects.filter(kind__in=["record_revoked", "record_corrected"]).get()
    assert named(said) == named(unverified_rules(letter.rule_ids)) != set()
    # Who may not confirm has no button, and nothing to be told.
    page = sign_in(client, world.officer).get(reverse("records:change", args=[change.pk])).content.decode()
    assert SENTENCE not in page


def test_a_proposed_correction_names_the_class_that_it_leads_to(world):
    record = take()
    heavier = named(Rule.objects.filter(pk__in=rules_after(record, {"fine_amount": "2000000"})))
    assert "classify.serious.fine_from" in heavier
    assert "classify.serious.fine_from" not in named(Rule.objects.filter(pk__in=record.rule_ids))


def test_the_preview_of_an_import_names_the_rules_of_its_letters(world, client, tmp_path):
    path = records_world.write_csv(tmp_path / "a.csv", [records_world.row()])
    sign_in(client, world.officer)
    answer = client.post(
        reverse("records:import"), {"file": SimpleUploadedFile("a.csv", path.read_bytes()), "source": ""}, follow=True
    )
    assert SENTENCE in answer.content.decode()
    said = named(answer.context["unverified"])
    client.post(reverse("records:import_preview", args=[ImportRun.objects.get().pk]), {"verb": "start"})
    letters = Notice.objects.filter(kind__in=LETTERS)
    assert letters.count() == 2
    assert said == set.union(*(named(unverified_rules(letter.rule_ids)) for letter in letters)) != set()


def test_a_reminder_names_its_term(world, client):
    library = records_world.Authority.objects.create(
        name="青禾区图书馆", is_online=True, notice_prefix="青图信", code=records_world.code(9, registrar="1")
    )
    world.officer.authority = library
    world.officer.save()
    page = sign_in(client, world.officer).get(reverse("records:prior_reminders")).content.decode()
    assert SENTENCE in page
    said = named(unverified_rules(rules_under_reminder(library)))
    assert said == {"overdue.reminder_days"}
    actions.remind_first(
        world.officer,
        library,
        name="程某某",
        identity_number="11010119900307803X",
        document_number="青图借〔2026〕1号",
        matter="所借图书2册至今未还",
    )
    assert said == named(unverified_rules(Notice.objects.get(kind="prior_reminder").rule_ids))
    assert rules_under_reminder(world.market) == []


def test_a_credit_statement_names_the_rules_of_what_it_lists(world, client):
    record = take()
    question = enquiries.Question(
        kind="authorised",
        code=record.subject.code,
        purpose="招标审查",
        recipient="某单位",
        authorised_by="青禾澄江食品有限公司",
        authorised_on=timezone.localdate() - dt.timedelta(days=1),
        proof=SimpleUploadedFile("授权.png", png()),
    )
    query = enquiries.ask(world.officer, question)
    address = reverse("records:query", args=[query.pk])
    sign_in(client, world.officer)
    assert SENTENCE in client.get(address).content.decode()
    notice = enquiries.issue_statement(world.officer, query)
    assert set(notice.rule_ids) == set(record.rule_ids)
    assert SENTENCE not in client.get(address).content.decode()
