"""The English catalogue: complete, certain, up to date with the texts of the project, and usable."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import polib
import pytest
from django.conf import settings

from portal.management.commands.makemessages import NOT_OURS

CATALOGUE = Path("locale/en/LC_MESSAGES/django.po")
HOLE = re.compile(r"%\((\w+)\)[sd]|%\(\w+\)\.\d+f|\{(\w+)\}")
HAN = re.compile(r"[\u4e00-\u9fff]")


def key(entry: polib.POEntry) -> tuple:
    return entry.msgctxt, entry.msgid, entry.msgid_plural


def words(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


@pytest.fixture(scope="module")
def catalogue() -> polib.POFile:
    return polib.pofile(str(settings.BASE_DIR / CATALOGUE))


@pytest.fixture(scope="module")
def wanted(tmp_path_factory) -> polib.POFile:
    """What makemessages finds in a copy of the project as it is now, without any translation."""
    copy = tmp_path_factory.mktemp("translations") / "project"
    shutil.copytree(
        settings.BASE_DIR, copy, ignore=shutil.ignore_patterns(*NOT_OURS, ".*", "*.pyc", "__pycache__", "*.mo")
    )
    (copy / CATALOGUE).unlink(missing_ok=True)
    (copy / CATALOGUE).parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        [sys.executable, "manage.py", "makemessages", "--verbosity", "0"],
        cwd=copy,
        check=True,
        env={
            **{name: value for name, value in os.environ.items() if not name.startswith("DJANGO_")},
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "STATE_DIR": str(copy / "state"),
            "SECRET_KEY": "only to collect texts",
        },
    )
    return polib.pofile(str(copy / CATALOGUE))


def test_every_text_of_the_project_is_in_the_catalogue(catalogue, wanted):
    missing = {key(entry) for entry in wanted} - {key(entry) for entry in catalogue if not entry.obsolete}
    assert not missing, f"{len(missing)} texts are not in the catalogue, such as {sorted(map(str, missing))[:5]}"


def test_the_catalogue_holds_no_text_that_is_gone(catalogue, wanted):
    gone = {key(entry) for entry in catalogue} - {key(entry) for entry in wanted}
    assert not gone, f"{len(gone)} texts are in no file any more, such as {sorted(map(str, gone))[:5]}"


def test_every_text_is_translated_and_certain(catalogue):
    open_ = [entry.msgid for entry in catalogue if not entry.translated() or entry.fuzzy]
    assert len(list(catalogue)) > 500
    assert not open_, f"{len(open_)} translations are missing or fuzzy, such as {open_[:5]}"


def test_a_translation_has_the_same_holes_as_its_text(catalogue):
    for entry in catalogue:
        for translation in words(entry):
            assert sorted(HOLE.findall(translation)) == sorted(HOLE.findall(entry.msgid)), entry.msgid


def test_a_translation_keeps_the_line_breaks_and_edges_of_its_text(catalogue):
    for entry in catalogue:
        for translation in words(entry):
            assert entry.msgid.startswith("\n") == translation.startswith("\n"), entry.msgid
            assert entry.msgid.endswith("\n") == translation.endswith("\n"), entry.msgid


def test_english_is_english(catalogue):
    """Chinese stands in English texts only as an example of what is written in Chinese."""
    examples = ("青信修准〔2026〕1号", "某市监罚〔2026〕12号", "2026年4月1日", "行政处罚决定书文号", "行政相对人名称")
    examples += ("第十二条", "元旦", "罚没款", "吊销许可证件", "自然人")
    for entry in catalogue:
        for translation in words(entry):
            if not any(example in translation for example in examples):
                assert not HAN.search(translation), (entry.msgid, translation)
