"""One job of the intake's bench in a process of its own: ``prepare``, ``rows``, ``intake`` or ``floor``."""

import contextlib
import json
import os
import resource
import sys
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

#: Rows of one table written in one transaction by the floor.
BATCH = 500
PLATFORMS = 2


def prepare() -> dict[str, Any]:
    """Make the tables, load the rules, and set up an office that two platforms listen to."""
    from django.core.management import call_command

    from bench.intake_rows import KNOWN_AUTHORITIES, authority
    from exchange.actions import subscribe
    from parties.models import Authority
    from policy.packs import load_packs

    call_command("migrate", interactive=False, verbosity=0)
    load_packs()
    for number in range(KNOWN_AUTHORITIES):
        name, code = authority(number)
        Authority.objects.create(
            name=name,
            code=code,
            is_lead=number == 0,
            is_online=True,
            notice_prefix=f"青信{number}",
            review_body="青禾区人民政府",
            court="青禾区人民法院",
            phone="0532-00000001",
            address="青禾区和信路1号政务服务中心二楼",
        )
    for number in range(PLATFORMS):
        subscribe(None, f"共享交换平台{number}", f"http://127.0.0.1:9/{number}")
    _settle()
    return {}


def rows(path: str, count: str, layout: str) -> dict[str, Any]:
    """Write the file."""
    from django.utils import timezone

    from bench.intake_rows import write

    write(Path(path), int(count), layout, timezone.localdate())
    return {}


def intake(path: str) -> dict[str, Any]:
    """Take the file in by the command that people use; its lines go nowhere."""
    from django.core.management import call_command
    from django.db.models import Count

    from records.models import ImportRow

    clock = _Clock()
    with clock, open(os.devnull, "w") as nowhere, contextlib.suppress(SystemExit):  # noqa: PTH123
        call_command("import_records", path, stdout=nowhere)
    outcomes = ImportRow.objects.values_list("outcome").annotate(Count("id")).order_by("outcome")
    return {**clock.as_json(), "outcomes": dict(outcomes)}


def floor() -> dict[str, Any]:
    """Write every row that the intake left, as plain ``bulk_create`` of objects that are clean and built already.

    The rows are read from the database that was just filled; only the writing into the other one is measured.
    """
    from django.db import transaction

    from exchange.models import Delivery, OutboundEvent
    from journal.models import Entry
    from notices.models import Notice, NumberCounter
    from parties.models import Authority, Subject
    from records.models import AdverseRecord, CorrectionProposal, ImportRow, ImportRun, RegisterName

    clock = _Clock("floor")
    for model in (
        *(Authority, Subject, ImportRun, AdverseRecord, RegisterName, CorrectionProposal, OutboundEvent, Delivery),
        *(NumberCounter, Notice, ImportRow, Entry),
    ):
        there = model.objects.using("floor").order_by("-pk").values_list("pk", flat=True).first() or 0
        found = model.objects.filter(pk__gt=there).order_by("pk").iterator(chunk_size=BATCH)
        for batch in _batches(found):
            with clock, transaction.atomic(using="floor"):
                model.objects.using("floor").bulk_create(batch)
    return clock.as_json()


def _batches(found: Iterator) -> Iterator[list]:
    while batch := list(islice(found, BATCH)):
        yield batch


class _Clock:
    """Adds up wall time and CPU (user and system, of this process and of PostgreSQL's) of what runs within it."""

    def __init__(self, alias: str = "default"):
        self._alias, self._wall, self._cpu, self._server = alias, 0.0, 0.0, 0.0

    def __enter__(self) -> None:
        self._began = time.monotonic(), time.process_time(), self._server_cpu()

    def __exit__(self, *_failure) -> None:
        wall, cpu, server = self._began
        self._cpu += time.process_time() - cpu
        self._wall += time.monotonic() - wall
        self._server += self._server_cpu() - server

    def as_json(self) -> dict[str, Any]:
        return {
            "seconds": self._wall,
            "cpu": self._cpu,
            "server_cpu": self._server,
            "peak_megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        }

    def _server_cpu(self) -> float:
        from django.db import connections

        connection = connections[self._alias]
        if connection.vendor != "postgresql":
            return 0.0
        connection.ensure_connection()
        stat = Path(f"/proc/{connection.connection.info.backend_pid}/stat").read_text()
        user, system = stat.rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _settle() -> None:
    """Bring a SQLite file into one piece, so that it can be copied."""
    from django.db import connection

    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def main(job: str, *arguments: str) -> None:
    import django
    from django.conf import settings

    if url := os.environ.get("FLOOR_URL"):
        from config.settings import DATABASES, env

        settings.DATABASES["floor"] = {**DATABASES["default"], **env.db_url_config(url)}
        settings.DATABASES["floor"]["OPTIONS"] = DATABASES["default"].get("OPTIONS", {})
    django.setup()
    jobs = {"prepare": prepare, "rows": rows, "intake": intake, "floor": floor}
    print(json.dumps(jobs[job](*arguments)))


if __name__ == "__main__":
    main(*sys.argv[1:])
