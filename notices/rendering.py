"""From a notice to its PDF: template, fonts, layout. No database, no files written, the same bytes every time.

WeasyPrint draws; everything it grumbles about (a character without a glyph, an image it cannot load, a property
it does not know) is an error here, because a formal document with a hollow box in it must not leave the office.
"""

import logging
import re
import threading
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from journal.stored import as_stored
from notices import documents, fonts, freezing
from notices.models import Notice
from parties.models import Authority, Subject

#: Warnings must reach us whatever level the deployment logs at.
logging.getLogger("weasyprint").setLevel(logging.WARNING)
#: WeasyPrint's own loggers and one shared font set: one document at a time in each process.
_drawing = threading.RLock()
_MISSING_GLYPH = re.compile(r'\.notdef glyph rendered .*?"(.+?)" \(U\+([0-9A-F]+)\)', re.DOTALL)


class RenderingError(Exception):
    """The PDF cannot be made. ``permanent``: trying again without a change is of no use."""

    def __init__(self, text: str, *, permanent: bool = False):
        super().__init__(text)
        self.permanent = permanent


def render(notice: Notice) -> bytes:
    """Return the PDF of an issued notice, the same bytes for the same notice, fonts and versions.

    Reads the notice's frozen facts only. Takes about a tenth of a second.

    Raises:
        RenderingError: a character without a glyph, an image that fails, a library that is missing.
    """
    context = documents.context_of(
        notice.kind, notice.facts, number=notice.number, check_code=notice.check_code, issued_at=notice.issued_at
    )
    return _draw(notice.kind, context)


def preview(kind: str, issuer: Authority, addressee: Subject, facts: dict[str, Any]) -> bytes:
    """Return what the notice would look like: 预览 across every page, no number, no check code, nothing stored.

    Raises :class:`RenderingError` as :func:`render` does, so the officer hears of a bad character before issuing.
    """
    content = as_stored(freezing.frozen(kind, issuer, addressee, facts))
    return _draw(kind, documents.context_of(kind, content, issued_at=timezone.now()))


def environment_problems() -> list[str]:
    """Return sentences about what this machine lacks for making PDFs; empty when all is well."""
    from weasyprint.text.ffi import harfbuzz, harfbuzz_subset

    if harfbuzz_subset is None or not harfbuzz.hb_version_atleast(4, 1, 0):
        return [
            _("缺少 libharfbuzz-subset（4.1 或更高）：没有它，一份文书要十几秒。请安装 libharfbuzz-subset0 后重试。")
        ]
    return []


def font_problems() -> list[str]:
    """Return sentences about faces that are gone: a formal notice is not set in another face without a word."""
    files = "、".join(face.fandol for face in fonts.missing())
    if not files:
        return []
    cure = _("请运行 make setup，或把字体放回后重试；确实没有这些字体时，设置 FONT_FALLBACK_ALLOWED=1。")
    return [_("%(folder)s 里缺少文书字体 %(files)s。") % {"folder": settings.FONT_DIR, "files": files} + cure]


def _draw(kind: str, context: dict[str, Any]) -> bytes:
    if problems := [*environment_problems(), *font_problems()]:
        raise RenderingError(" ".join(problems))
    from weasyprint import HTML
    from weasyprint.urls import FatalURLFetchingError

    from notices import assets

    with translation.override("zh-hans"):
        html = render_to_string(f"notices/pdf/{Notice.Kind(kind).value}.html", context)
    with _drawing, _warnings() as warnings:
        try:
            house = assets.for_this_process()
            if warnings:  # a damaged font file: it would be replaced silently in every later document
                assets.forget()
                raise RenderingError(str(_as_error(warnings)))
            pdf = HTML(string=html, base_url=assets.BASE_URL, url_fetcher=house.fetcher).write_pdf(
                stylesheets=[house.css], font_config=house.fonts, pdf_version="1.7"
            )
        except FatalURLFetchingError as error:
            raise RenderingError(
                _("文书要读取系统以外的内容，已停止：%(error)s") % {"error": error}, permanent=True
            ) from error
    if warnings:
        raise _as_error(warnings)
    return pdf


class _warnings(logging.Handler):
    """Collects what WeasyPrint complains about while this thread draws."""

    def __enter__(self) -> list[str]:
        self.lines: list[str] = []
        self.thread = threading.get_ident()
        self.setLevel(logging.WARNING)
        logging.getLogger("weasyprint").addHandler(self)
        return self.lines

    def __exit__(self, *error) -> None:
        logging.getLogger("weasyprint").removeHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread == self.thread:
            self.lines.append(record.getMessage())


def _as_error(lines: list[str]) -> RenderingError:
    missing = {match[1]: match[2] for line in lines if (match := _MISSING_GLYPH.search(line))}
    if missing:
        named = "、".join(f"“{character}”（U+{code}）" for character, code in missing.items())
        return RenderingError(
            _("没有字体能印出：%(characters)s。请安装含有该字的字体，或更正内容后重新制发。") % {"characters": named},
            permanent=True,
        )
    return RenderingError(_("排版出错：%(lines)s") % {"lines": "；".join(dict.fromkeys(lines))}, permanent=True)
