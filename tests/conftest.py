"""What every test gets: a database with the rule packs in it, uploads in a temporary folder, compiled translations."""

import pytest
from django.conf import settings as django_settings
from django.core.cache import caches

from config.catalogues import compile_catalogues
from policy.models import Rule
from policy.packs import load_packs

#: Fixtures after which the database is emptied instead of rolled back.
EMPTYING = {"transactional_db", "django_db_reset_sequences", "django_db_serialized_rollback", "live_server"}


def pytest_configure():
    compile_catalogues()
    django_settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)


def pytest_collection_modifyitems(items):
    """Tests marked ``postgres`` run where a PostgreSQL is (``python -m tests.postgres python -m pytest ...``)."""
    if django_settings.DATABASES["default"]["ENGINE"].endswith("postgresql"):
        return
    skip = pytest.mark.skip(reason="needs PostgreSQL: python -m tests.postgres python -m pytest ...")
    for item in items:
        if "postgres" in item.keywords:
            item.add_marker(skip)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(request, tmp_path_factory):
    """SQLite lives in a file, as in production: threads and the live server then have connections of their own."""
    database = django_settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        database.setdefault("TEST", {})["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")
    else:
        request.getfixturevalue("django_db_modify_db_settings_parallel_suffix")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The tables, with the rule packs loaded once; tests that roll back all see them."""
    with django_db_blocker.unblock():
        load_packs()


@pytest.fixture(autouse=True)
def _rule_packs_again(request):
    """Load the packs again for a test that follows one which emptied the database."""
    marker = request.node.get_closest_marker("django_db")
    emptying = EMPTYING & set(request.fixturenames) or (marker and marker.kwargs.get("transaction"))
    if not emptying:
        return
    request.getfixturevalue("transactional_db")
    if not Rule.objects.exists():
        load_packs()


@pytest.fixture(autouse=True)
def media_root(settings, tmp_path):
    """Uploads and notices of one test, in a folder of its own."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MEDIA_ROOT.mkdir()
    return settings.MEDIA_ROOT


@pytest.fixture(autouse=True)
def _nobody_has_tried_anything_yet():
    """Counts in memory (parties.limits) do not go with the database."""
    caches["limits"].clear()
