"""Turning what goes wrong at the start into one sentence each."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection
from django.utils.translation import gettext as _


class CannotStart(SystemExit):
    """A start that has to end; Python prints the text, which is one sentence, and ends with exit code 1."""


@contextmanager
def database_sentences() -> Iterator[None]:
    """Raise ``CannotStart`` with a sentence that names the database when it cannot be used."""
    try:
        yield
    except (DatabaseError, ImproperlyConfigured) as error:
        reason = " ".join(str(error).split()).rstrip(" .?") or type(error).__name__
        if connection.vendor == "sqlite":
            sentence = _("数据库文件 %(place)s 无法使用：%(reason)s。请检查文件和所在文件夹，或从备份恢复。")
        else:
            sentence = _("数据库 %(place)s 无法使用：%(reason)s。请检查 DATABASE_URL 和数据库服务。")
        raise CannotStart(sentence % {"place": _place(), "reason": reason}) from error


def _place() -> str:
    """Where the database is, without its password."""
    database = settings.DATABASES["default"]
    if connection.vendor == "sqlite":
        return str(database["NAME"])
    return f"{database.get('HOST') or 'localhost'}:{database.get('PORT') or 5432}/{database['NAME']}"
