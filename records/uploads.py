"""Looking into an uploaded file before it is kept: its bytes decide what it is, not its name."""

import hashlib
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePath
from threading import Lock

import magic
import pypdfium2
from django.conf import settings
from django.utils.translation import gettext as _
from PIL import Image, ImageFile, UnidentifiedImageError

#: What an officer can look at page by page in a browser.
ACCEPTED = {"application/pdf": ".pdf", "image/jpeg": ".jpg", "image/png": ".png"}
MAX_PAGES = 60
Image.MAX_IMAGE_PIXELS = 80_000_000
_pillow = Lock()


class UnusableFile(Exception):
    """The file cannot be taken; the text says why and what to do."""


@dataclass(frozen=True)
class Inspected:
    """A file that was looked into and is what it says."""

    name: str
    content: bytes
    media_type: str
    suffix: str
    size: int
    sha256: str
    pages: int


def inspect(upload) -> Inspected:
    """Return what an uploaded file really is.

    Takes a Django upload (``name``, ``size``, ``read``).

    Raises:
        UnusableFile: empty, too large, not PDF/JPEG/PNG, named otherwise, damaged, locked or too long.
    """
    limit = settings.UPLOAD_MAX_BYTES
    name = _clean_name(upload.name or "")
    if not upload.size:
        raise UnusableFile(_("“%(name)s”是空文件，请重新选择。") % {"name": name})
    if upload.size > limit:
        raise UnusableFile(
            _("“%(name)s”超过%(limit)s MB，请压缩或分成几个文件上传。") % {"name": name, "limit": limit // 1024 // 1024}
        )
    content = upload.read()
    media_type = magic.from_buffer(content[:8192], mime=True)
    suffix = ACCEPTED.get(media_type)
    if suffix is None:
        raise UnusableFile(_("“%(name)s”不是 PDF、JPG 或 PNG 文件，请转换成其中一种再上传。") % {"name": name})
    named = PurePath(name).suffix.lower().replace(".jpeg", ".jpg")
    if named != suffix:
        raise UnusableFile(
            _("“%(name)s”的内容其实是%(kind)s 文件，与文件名不符。请确认没有选错文件，并用正确的扩展名保存。")
            % {"name": name, "kind": suffix[1:].upper()}
        )
    pages = _count_pages(name, content, media_type)
    return Inspected(name, content, media_type, suffix, len(content), hashlib.sha256(content).hexdigest(), pages)


@contextmanager
def _whole_images_only() -> Iterator[None]:
    """Let a cut-off picture be an error: WeasyPrint, once imported, switches that off for the whole process."""
    with _pillow:
        before, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, False
        try:
            yield
        finally:
            ImageFile.LOAD_TRUNCATED_IMAGES = before


def _clean_name(name: str) -> str:
    bare = PurePath(name.replace("\\", "/")).name
    return re.sub(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069]", "", bare)[-200:] or _("未命名文件")


def _count_pages(name: str, content: bytes, media_type: str) -> int:
    if media_type == "application/pdf":
        try:
            document = pypdfium2.PdfDocument(content)
            pages = len(document)
            document.close()
        except pypdfium2.PdfiumError as error:
            raise UnusableFile(
                _("“%(name)s”打不开：文件已损坏或设有密码。请取消密码或重新导出后上传。") % {"name": name}
            ) from error
        if not 0 < pages <= MAX_PAGES:
            raise UnusableFile(
                _("“%(name)s”有%(pages)s页，一份材料最多%(limit)s页，请只上传需要的部分。")
                % {"name": name, "pages": pages, "limit": MAX_PAGES}
            )
        return pages
    try:
        with _whole_images_only(), Image.open(io.BytesIO(content)) as image:
            image.load()
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError, SyntaxError) as error:
        raise UnusableFile(_("“%(name)s”打不开：图片已损坏。请重新拍摄或扫描。") % {"name": name}) from error
    return 1


def page_as_png(content: bytes, media_type: str, number: int, width: int = 1000) -> bytes:
    """Return page ``number`` (from 1) of a kept file as PNG bytes, ``width`` pixels wide at most.

    Raises:
        IndexError: there is no such page.
    """
    if media_type == "application/pdf":
        document = pypdfium2.PdfDocument(content)
        try:
            if not 1 <= number <= len(document):
                raise IndexError(number)
            page = document[number - 1]
            image = page.render(scale=min(width / page.get_width(), 4)).to_pil()
        finally:
            document.close()
    elif number == 1:
        image = Image.open(io.BytesIO(content)).convert("RGB")
        image.thumbnail((width, width * 3))
    else:
        raise IndexError(number)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()
