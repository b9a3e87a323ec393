#!/usr/bin/env python
"""Django's command line for 信修 Xinxiu."""

import json
import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        from django.conf import settings
        from django.core.exceptions import ImproperlyConfigured
    except ImportError:
        sys.exit("Django is not installed here. Run 'make setup', then '.venv/bin/python manage.py'.")
    try:
        settings._setup()  # now, so that a wrong environment variable is one sentence and not a traceback
    except (ImproperlyConfigured, ValueError, OSError) as error:
        _end(f"The settings cannot be read: {error}. What each variable means: docs/operations.md.")
    from config.commands import run

    try:
        run(sys.argv)
    except KeyboardInterrupt:  # Ctrl-C
        sys.exit(130)


def _end(sentence: str) -> None:
    """End with exit code 1 and a sentence, for programs (``--json``) in an object on standard output."""
    if "--json" not in sys.argv[2:]:
        sys.exit(sentence)
    print(json.dumps({"ok": False, "error": sentence}, ensure_ascii=False))  # noqa: T201
    sys.exit(1)


if __name__ == "__main__":
    main()
