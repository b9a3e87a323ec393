"""``manage.py draw_states``: draw the state diagrams of the documents anew from the code."""

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from config.diagrams import DOCUMENTS, put_into


class Command(BaseCommand):
    help = _("按代码重画 docs 里的状态图；--check 只核对，不一致时以 1 退出。")

    def add_arguments(self, parser):
        parser.add_argument("--check", action="store_true", help=_("只核对"))

    def handle(self, **options):
        stale = {}
        for document in DOCUMENTS:
            path = settings.BASE_DIR / document
            text = path.read_text(encoding="utf-8")
            drawn = put_into(text, document)
            if drawn != text:
                stale[path] = drawn
        if not stale:
            self.stdout.write(_("状态图与代码一致。"))
        elif options["check"]:
            self.stderr.write(_("状态图与代码不一致，请运行 manage.py draw_states。"))
            raise SystemExit(1)
        else:
            for path, drawn in stale.items():
                path.write_text(drawn, encoding="utf-8")
            self.stdout.write(_("状态图已重画。"))
