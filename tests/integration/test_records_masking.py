"""Numbers of people inside the text of a record: whoever does not handle it reads them masked."""

import json

import pytest
from django.db import transaction
from django.urls import reverse

from exchange.models import OutboundEvent
from notices.models import Notice
from parties.identity import identity_check_character
from records import actions
from tests.integration.test_records_register import take
from tests.records_world import draft, office

pytestmark = pytest.mark.django_db

NUMBER = "37029919900307881" + identity_check_character("37029919900307881")
MOBILE = "13800001234"
TOLD = f"法定代表人田小禾（身份证{NUMBER}，电话{MOBILE}）"


@pytest.fixture
def world(db):
    return office()


@pytest.fixture
def record(world):
    texts = dict.fromkeys(("facts", "content", "violation_type", "legal_basis", "licence", "remark"), TOLD)
    record = take(draft(**texts))[1]
    assert record.content == TOLD  # the office keeps what the authority wrote
    return record


def hides(text: str) -> bool:
    return NUMBER not in text and MOBILE not in text


def test_public_page_of_a_record_shows_them_masked(client, record):
    page = client.get(reverse("portal:entry", args=[record.public_id])).content.decode()
    assert hides(page) and "3702**********" in page and "138****1234" in page


def test_own_page_of_a_record_shows_them_masked(client, world, record):
    client.force_login(world.officer)
    page = client.get(reverse("portal:my_record", args=[record.public_id])).content.decode()
    assert hides(page) and "3702**********" in page


def test_events_and_notices_carry_them_masked(world, record):
    with transaction.atomic():
        actions.correct(record, world.officer, "content", f"罚款500元。{TOLD}", "YY1")
        actions.revoke(record, world.approver, "YY2", TOLD)
    events = list(OutboundEvent.objects.filter(subject=record.public_id))
    assert {event.data.get("action") for event in events} >= {"publish", "correct", "revoke"}
    for told in (*(event.data for event in events), *Notice.objects.values_list("facts", flat=True)):
        assert hides(json.dumps(told, ensure_ascii=False))
    assert "138****1234" in events[0].data["shown"]["content"]


def test_a_number_in_the_code_column_is_refused_masked(world):
    outcome, _record, reasons = take(draft(subject_code=NUMBER))
    assert outcome == "refused" and "code_identity_number" in [reason.code for reason in reasons]
    assert all(hides(str(reason.text)) for reason in reasons)
    assert any("3702**********" in str(reason.text) for reason in reasons)
