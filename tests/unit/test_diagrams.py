"""The pictures in the documentation are the code's."""

import pytest
from django.conf import settings

from config.diagrams import DOCUMENTS, put_into, state_diagram
from repair.models import RepairApplication


@pytest.mark.parametrize("document", DOCUMENTS)
def test_documents_show_the_states_of_the_code(document):
    text = (settings.BASE_DIR / document).read_text(encoding="utf-8")
    assert put_into(text, document) == text, "run manage.py draw_states"


def test_every_verb_is_drawn():
    picture = state_diagram(RepairApplication)
    for verb in ("submit", "accept", "decline", "request_supplement", "recommend", "send_back", "approve", "refuse"):
        assert verb in picture
