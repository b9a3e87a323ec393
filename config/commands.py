"""The house's own commands, run so that whatever goes wrong is one sentence, or with ``--json`` one JSON object."""

import json
import logging
import os
import sys
from contextlib import suppress

import django
from django.conf import settings
from django.core.management import ManagementUtility, handle_default_options
from django.core.management.base import BaseCommand, CommandError, SystemCheckError
from django.db import connections
from django.utils.translation import gettext as _

from config.errors import CannotStart, database_sentences

#: What a shell gives for a program that a closed pipe ended (128 + SIGPIPE).
PIPE_CLOSED = 141
log = logging.getLogger(__name__)


def run(argv: list[str]) -> None:
    """Run the command that these arguments (``sys.argv``) name; raises ``SystemExit`` as commands do.

    A database that is away or not prepared is a sentence and exit code 1. With ``--json`` every failure of a
    command of this house, wrong arguments included, is one object ``{"ok": false, "error": …}`` on standard output.
    Django's own commands (``migrate``, ``shell`` …) run as they always do.
    """
    try:
        if not _is_ours(argv):
            ManagementUtility(argv).execute()
        elif "--json" in argv[2:]:
            _run_for_programs(argv)
        else:
            with database_sentences():
                ManagementUtility(argv).execute()
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever reads us has enough (``| head``). What is still to be written goes nowhere, and nobody complains.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(PIPE_CLOSED) from None


def fail_as_json(sentence: str, code: int = 1) -> None:
    """Print the object that says what went wrong and end with this exit code."""
    sys.stdout.write(json.dumps({"ok": False, "error": sentence}, ensure_ascii=False) + "\n")
    sys.stdout.flush()
    raise SystemExit(code)


def _is_ours(argv: list[str]) -> bool:
    """Whether a room of this house has the command. Asked before the applications are loaded."""
    name = argv[1] if len(argv) > 1 else ""
    return name.isidentifier() and any(settings.BASE_DIR.glob(f"*/management/commands/{name}.py"))


def _run_for_programs(argv: list[str]) -> None:
    try:
        with database_sentences():
            django.setup()
            command = ManagementUtility(argv).fetch_command(argv[1])
            _execute(command, argv)
    except CannotStart as sentence:
        fail_as_json(str(sentence.code))
    except SystemCheckError as error:
        fail_as_json(_("系统检查没有通过：%(text)s") % {"text": " ".join(str(error).split())})
    except CommandError as error:
        fail_as_json(str(error).removeprefix("Error: "), error.returncode)
    except BrokenPipeError:
        raise
    except (ValueError, OSError) as error:
        log.exception("manage.py %s", argv[1])  # to standard error: an object cannot hold what a developer needs
        fail_as_json(" ".join(str(error).split()) or type(error).__name__)
    except SystemExit as ended:
        if isinstance(ended.code, str):  # a sentence meant for standard error
            fail_as_json(ended.code)
        raise
    finally:
        with suppress(Exception):
            connections.close_all()


def _execute(command: BaseCommand, argv: list[str]) -> None:
    """What ``run_from_argv`` does, but wrong arguments and refusals are raised and not printed."""
    options = vars(command.create_parser(argv[0], argv[1]).parse_args(argv[2:]))
    handle_default_options(_Namespace(options))
    command.execute(*options.pop("args", ()), **options)


class _Namespace:
    """The two options that Django reads before a command runs."""

    def __init__(self, options: dict):
        self.settings = options.get("settings")
        self.pythonpath = options.get("pythonpath")
