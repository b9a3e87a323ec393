"""Turning what goes wrong at the start into one sentence each."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, DataError, IntegrityError, InterfaceError, connection
from django.utils.translation import gettext as _

#: A table or a column is missing: the migrations have not run (SQLite; PostgreSQL).
NOT_PREPARED = re.compile(r'no such (table|column)|has no column named|(relation|column) "?\S+"? does not exist')


class CannotStart(SystemExit):
    """A start that has to end; Python prints the text, which is one sentence, and ends with exit code 1."""


@contextmanager
def database_sentences() -> Iterator[None]:
    """Raise ``CannotStart`` with a sentence that names the database when it cannot be used or holds no rules.

    A row that the database refuses (``IntegrityError``, ``DataError``) is a defect and passes as it is.
    """
    try:
        yield
    except (DatabaseError, InterfaceError, ImproperlyConfigured) as error:
        if isinstance(error, IntegrityError | DataError):
            raise
        reason = " ".join(str(error).split()).rstrip(" .?") or type(error).__name__
        if NOT_PREPARED.search(reason):
            sentence = _("数据库 %(place)s 还没有准备好：%(reason)s。请先运行 manage.py prepare。")
        elif connection.vendor == "sqlite":
            sentence = _("数据库文件 %(place)s 无法使用：%(reason)s。请检查文件和所在文件夹，或从备份恢复。")
        else:
            sentence = _("数据库 %(place)s 无法使用：%(reason)s。请检查 DATABASE_URL 和数据库服务。")
        raise CannotStart(sentence % {"place": _place(), "reason": reason}) from error
    except LookupError as error:
        from policy.rulebook import MissingRule  # not before the applications are loaded

        if not isinstance(error, MissingRule):
            raise
        raise CannotStart(str(error)) from error


def _place() -> str:
    """Where the database is, without its password."""
    database = settings.DATABASES["default"]
    if connection.vendor == "sqlite":
        return str(database["NAME"])
    return f"{database.get('HOST') or 'localhost'}:{database.get('PORT') or 5432}/{database['NAME']}"
