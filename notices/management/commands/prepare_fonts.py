"""``manage.py prepare_fonts``: make the notice fonts small and even; once, then kept."""

import json as json_text
import time

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from notices import preparing
from notices.fonts import FALLBACK_FAMILY


class Command(BaseCommand):
    help = _("整理文书字体：只留常用字，统一行高，另起字体名。做过的不再做；没有整理的字体照样能用。")

    def add_arguments(self, parser):
        parser.add_argument("--force", action="store_true", help=_("全部重新整理"))
        parser.add_argument("--json", action="store_true", help=_("输出一个 JSON 对象"))

    def handle(self, *args, force: bool, json: bool, **options):
        """Prepare every face; exit 1 when a face has no file at all (its text then uses the fallback)."""
        results = []
        for face in preparing.FACES:
            started = time.monotonic()
            result = preparing.prepare(face, force=force)
            results.append(result)
            if not json:
                self.stdout.write(self._line(result, time.monotonic() - started))
        if json:
            self.stdout.write(self._json(results))
        if any(result.outcome == "missing" for result in results):
            raise SystemExit(1)

    def _line(self, result: preparing.Prepared, seconds: float) -> str:
        family = result.face.family
        if result.outcome == "missing":
            return _("%(family)s：在 %(folder)s 里没有 %(file)s，这种字体改用 %(fallback)s。") % {
                "family": family,
                "folder": settings.FONT_DIR,
                "file": result.face.fandol,
                "fallback": FALLBACK_FAMILY,
            }
        size = result.path.stat().st_size // 1024
        if result.outcome == "kept":
            return _("%(family)s：已经整理过，%(size)s KB。") % {"family": family, "size": size}
        return _("%(family)s：整理完成，%(size)s KB，用时 %(seconds).0f 秒。") % {
            "family": family,
            "size": size,
            "seconds": seconds,
        }

    @staticmethod
    def _json(results: list[preparing.Prepared]) -> str:
        return json_text.dumps({"faces": {result.face.role: result.outcome for result in results}})
