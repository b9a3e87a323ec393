"""Whoever reads the journal reads words: every verb that the code writes has some."""

import ast
from pathlib import Path

import pytest
from django.conf import settings

from portal.journal_words import CASE_VERBS, VERBS, thing_in_words, verb_in_words, verbs_saying

ROOMS = (
    "casework",
    "repair",
    "objections",
    "deferrals",
    "policy",
    "parties",
    "notices",
    "records",
    "config",
    "exchange",
)


def written() -> set[str]:
    """Return the verbs written down in calls of ``append(actor, "room.verb", …)`` and ``acting(actor, case, "verb", …)``."""
    verbs = set()
    for room in ROOMS:
        for path in (Path(settings.BASE_DIR) / room).rglob("*.py"):
            for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if not isinstance(call, ast.Call):
                    continue
                name = getattr(call.func, "attr", None) or getattr(call.func, "id", "")
                place = {"append": 1, "acting": 2}.get(name)
                if place is None or len(call.args) <= place:
                    continue
                for node in ast.walk(call.args[place]):
                    if isinstance(node, ast.Constant) and isinstance(node.value, str):
                        value = node.value.removeprefix(".")  # f"{kind}.verb": a verb of any case
                        verbs.add(
                            value if "." in value else f"repair.{value}" if place == 2 or value != node.value else ""
                        )
    return {verb for verb in verbs if verb.partition(".")[2] and verb.replace(".", "").replace("_", "").isalpha()}


def test_every_verb_has_words():
    verbs = written()
    assert len(verbs) > 50, "the search finds them"
    assert [verb for verb in sorted(verbs) if verb_in_words(verb) == verb] == []


@pytest.mark.parametrize(
    ("verb", "words"),
    [
        ("notices.serve", "送达文书"),
        ("repair.accept", "信用修复：受理"),
        ("deferral.decide", "延期履行：作出决定"),
        ("records.deadline_moved", "放假安排公布，期限重算"),
        ("casework.deadline_confirmed", "放假安排公布，期限不再暂定"),
        ("parties.admin_change", "在配置里修改"),
        ("nobody.knows", "nobody.knows"),
        ("repair.nonsense", "repair.nonsense"),
        ("", ""),
    ],
)
def test_words(verb, words):
    assert verb_in_words(verb) == words


def test_the_filter_finds_words_as_well_as_codes():
    assert "notices.serve" in verbs_saying("送达")
    assert {"repair.accept", "objection.accept", "deferral.accept"} <= set(verbs_saying("：受理"))
    assert verbs_saying("没有这个动作") == []
    assert len(verbs_saying("")) == len(VERBS) + 3 * len(CASE_VERBS)


def test_things():
    assert thing_in_words("notices.notice") == "文书"
    assert thing_in_words("gone.thing") == "gone.thing"
    assert thing_in_words("nonsense") == "nonsense"
