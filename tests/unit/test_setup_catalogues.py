"""Translations are compiled without the gettext tools, and only when there is something to do."""

import gettext
import os

from config.catalogues import compile_catalogues

PO = """
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\n"

msgid "信用"
msgstr "credit"

#, fuzzy
msgid "修复"
msgstr "guess"
"""


def test_compiles_once(settings, tmp_path):
    source = tmp_path / "en" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    source.write_text(PO, encoding="utf-8")
    settings.LOCALE_PATHS = [tmp_path]

    (compiled,) = compile_catalogues()
    with compiled.open("rb") as file:
        catalogue = gettext.GNUTranslations(file)
    assert catalogue.gettext("信用") == "credit"
    assert catalogue.gettext("修复") == "修复", "a fuzzy entry is a guess and must not show"
    assert compile_catalogues() == []

    os.utime(source, ns=(compiled.stat().st_mtime_ns + 10**9,) * 2)
    assert compile_catalogues() == [compiled]
