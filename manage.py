#!/usr/bin/env python
"""Django's command line for 信修 Xinxiu."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        from django.conf import settings
        from django.core.exceptions import ImproperlyConfigured
        from django.core.management import execute_from_command_line
    except ImportError:
        sys.exit("Django is not installed here. Run 'make setup', then '.venv/bin/python manage.py'.")
    try:
        settings._setup()  # now, so that a wrong environment variable is one sentence and not a traceback
    except (ImproperlyConfigured, ValueError, OSError) as error:
        sys.exit(f"The settings cannot be read: {error}. What each variable means: docs/operations.md.")
    try:
        execute_from_command_line(sys.argv)
    except KeyboardInterrupt:  # Ctrl-C
        sys.exit(130)


if __name__ == "__main__":
    main()
