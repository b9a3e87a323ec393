"""``manage.py makemessages``: Django's own, with this project's settings as defaults.

Texts of the project only, one line a text, the file a text stands in without its line number, nothing that is gone:
so a renewed catalogue differs from the old one only where texts differ.
"""

from django.core.management.commands import makemessages

#: Folders without texts of ours.
NOT_OURS = (".venv", "node_modules", "var", "tests", "bench", "static")


class Command(makemessages.Command):
    """Renews ``locale/en``; then translate what is new and see tests/unit/test_translations.py."""

    def handle(self, *args, **options):
        options.update(no_wrap=True, no_obsolete=True, add_location="file")
        options["locale"] = options["locale"] or ["en"]
        options["ignore_patterns"] = [*(options["ignore_patterns"] or []), *NOT_OURS]
        super().handle(*args, **options)
