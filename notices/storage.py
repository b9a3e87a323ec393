"""Keeping the issued bytes: written once under their own digest, never written again.

A crash between writing the file and the row leaves at most a file nobody refers to; the next attempt produces
the same bytes, finds the file and goes on.
"""

import hashlib
import os
import tempfile
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from notices.models import Notice


class StoredFileError(Exception):
    """The file on disk is missing or is not what was issued."""


def store(notice: Notice, content: bytes, digest: str) -> str:
    """Write the PDF under ``notices/<year>/<month>/<digest>.pdf`` and return that name, relative to MEDIA_ROOT.

    The file appears whole or not at all (temporary name, flushed, renamed) and is readable by our account only.
    """
    issued = timezone.localtime(notice.issued_at)
    name = f"notices/{issued:%Y/%m}/{digest}.pdf"
    target = Path(settings.MEDIA_ROOT) / name
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    directory = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
    return name


def read(notice: Notice) -> bytes:
    """Return the issued bytes, checked against the digest that was recorded when they were made.

    Raises:
        StoredFileError: the file is missing, or somebody changed it.
    """
    try:
        content = (Path(settings.MEDIA_ROOT) / notice.pdf.name).read_bytes()
    except OSError as error:
        raise StoredFileError(f"missing: {error}") from error
    if hashlib.sha256(content).hexdigest() != notice.sha256:
        raise StoredFileError("changed: the file's SHA-256 is not the recorded one")
    return content
