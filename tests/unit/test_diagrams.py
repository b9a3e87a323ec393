"""The pictures in the documentation are the code's."""

from django.conf import settings

from config.diagrams import put_into, state_diagram
from repair.models import RepairApplication


def test_architecture_shows_the_states_of_the_code():
    text = (settings.BASE_DIR / "docs" / "architecture.md").read_text(encoding="utf-8")
    assert put_into(text) == text, "run manage.py draw_states"


def test_every_verb_is_drawn():
    picture = state_diagram(RepairApplication)
    for verb in ("submit", "accept", "decline", "request_supplement", "recommend", "send_back", "approve", "refuse"):
        assert verb in picture
