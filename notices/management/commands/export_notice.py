"""``manage.py export_notice NUMBER FILE``: write the issued PDF, exactly as it was made."""

import json as json_text
import os
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from notices import storage
from notices.models import Notice
from notices.verification import fold_number


class Command(BaseCommand):
    help = _("把已制发的文书（PDF）写到文件。文号不存在、还没有生成、或者存件与制发时不一致的，不写，返回 1。")

    def add_arguments(self, parser):
        parser.add_argument("number", help=_("文号，例如 青信修准〔2026〕1号"))
        parser.add_argument("file", type=Path, help=_("写到哪里"))
        parser.add_argument("--json", action="store_true", help=_("输出一个 JSON 对象"))

    def handle(self, *args, number: str, file: Path, json: bool, **options):
        """Write the file, or exit 1 with a sentence (and with ``--json`` an object that has ``error``)."""
        try:
            notice, content = self._content(number)
            self._write(file, content)
        except CommandError as error:
            if not json:
                raise CommandError(str(error)) from error
            self.stdout.write(json_text.dumps({"ok": False, "error": str(error)}, ensure_ascii=False))
            raise SystemExit(1) from error
        if json:
            result = {"ok": True, "number": notice.number, "kind": notice.kind, "status": notice.status}
            result |= {"sha256": notice.sha256, "bytes": len(content), "file": str(file)}
            self.stdout.write(json_text.dumps(result, ensure_ascii=False))
        else:
            self.stdout.write(_("已写入 %(file)s，%(size)s 字节。") % {"file": file, "size": len(content)})

    @staticmethod
    def _write(file: Path, content: bytes) -> None:
        try:
            file.write_bytes(content)
        except (OSError, ValueError) as error:
            raise CommandError(_why(file) % {"file": file, "folder": file.parent}) from error

    @staticmethod
    def _content(number: str) -> tuple[Notice, bytes]:
        notice = Notice.objects.filter(number=fold_number(number)).first()
        if notice is None:
            raise CommandError(_("没有文号为 %(number)s 的文书。") % {"number": number})
        if not notice.is_rendered:
            raise CommandError(
                _("%(number)s 还没有生成文件（%(state)s）。")
                % {"number": notice.number, "state": notice.get_rendering_display()}
            )
        try:
            return notice, storage.read(notice)
        except storage.StoredFileError as error:
            raise CommandError(
                _("%(number)s 的存件缺失或者与制发时不一致，没有导出。") % {"number": notice.number}
            ) from error


def _why(file: Path) -> str:
    """The sentence for a file that could not be written."""
    if file.is_dir():
        return _("没有导出：%(file)s 是一个文件夹，请写明文件名。")
    if not file.parent.is_dir():
        return _("没有导出：没有文件夹 %(folder)s。请先建好，或换一个位置。")
    if not os.access(file.parent, os.W_OK) or (file.exists() and not os.access(file, os.W_OK)):
        return _("没有导出：%(file)s 不允许写入。请换一个位置，或请管理员放开权限。")
    return _("没有导出：%(file)s 无法写入。请检查磁盘空间和文件名，或换一个位置。")
