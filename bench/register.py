"""The public register at 10,000, 100,000 and 1,000,000 records: page and lookup beside a primary-key floor.

    python -m bench.register                                   # SQLite, a file in a temporary folder
    python -m tests.postgres python -m bench.register          # PostgreSQL, a server of its own

Fills one database step by step with fictional records (in bulk: this is the only place that does so) and measures
after each step, in this process: ``lookup`` is ``records.queries.find_public`` with the rows it leads to, ``page`` the
whole GET through Django's test client. Beside each stands its floor: the same rows by primary key, without searching.
CPU is this process's and, with PostgreSQL, that of the server process that answers it (mean of all calls, because the
kernel counts it in hundredths of a second); wall is the median. Prints a Markdown table.
"""

import argparse
import itertools
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

STEPS = (10_000, 100_000, 1_000_000)
RECORDS_A_SUBJECT = 3
BATCH = 5_000
BRANDS = "澄江海澜岭原泉丰禾嘉瑞盛昌隆泰和顺达信宏远博华兴安康宁明辉金玉宝福寿春秋东西南北中正平广大天地人"
TRADES = ("食品", "贸易", "建筑", "餐饮", "物流", "科技", "机械", "化工", "服装", "水产", "农业", "商贸", "酒店")
FORMS = ("有限公司", "有限公司", "有限责任公司", "股份有限公司", "经营部")


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--steps", type=int, nargs="+", default=STEPS, metavar="N")
    arguments.add_argument("--repeat", type=int, default=100, metavar="N", help="calls measured in each cell")
    wanted = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="xinxiu-bench-") as folder:
        set_up(Path(folder))
        measure_all(wanted.steps, wanted.repeat)
    return 0


def set_up(folder: Path) -> None:
    """Start Django on an empty database of its own."""
    os.environ["STATE_DIR"] = str(folder)
    (folder / "static").mkdir()
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    os.environ.setdefault("LOG_LEVEL", "ERROR")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)


def measure_all(steps, repeat: int) -> None:
    from django.db import connection

    print(f"# {connection.vendor}, Python {sys.version.split()[0]}, {repeat} calls a cell\n")
    print(
        "| records | question | found | lookup cpu ms | wall ms | floor cpu | wall | page cpu ms | wall ms | floor cpu | wall |"
    )
    print("|--:|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|")
    source = fictional()
    filled = 0
    for step in steps:
        started = time.perf_counter()
        names_seconds = fill(source, filled, step)
        filled = step
        seconds = time.perf_counter() - started
        with connection.cursor() as cursor:
            # What PostgreSQL's own service does within minutes of such an intake.
            cursor.execute("ANALYZE" if connection.vendor == "sqlite" else "VACUUM ANALYZE")
        for label, text in questions(source):
            report(step, label, text, repeat)
        print(f"| {step:,} | (filled in {seconds:.0f} s, of which names {names_seconds:.0f} s; {sizes()}) |" + " |" * 9)
        sys.stdout.flush()


class fictional:
    """An endless, repeatable line of subjects; remembers some for the questions."""

    def __init__(self):
        self.random = random.Random(20261123)
        self.numbers = itertools.count(1)
        self.first = None

    def subject(self):
        from parties.models import Subject

        number = next(self.numbers)
        brand = "".join(self.random.choice(BRANDS) for _ in range(self.random.choice((2, 2, 3, 4))))
        name = f"青屿{brand}{self.random.choice(TRADES)}{self.random.choice(FORMS)}"
        # Not a valid code: valid ones are made too slowly for a million, and the search does not check them.
        subject = Subject(kind="entity", name=name, code=f"91370299B{number:09d}")
        self.first = self.first or subject
        return subject


def fill(source: fictional, start: int, end: int) -> float:
    """Add fictional public records up to ``end``; return the seconds that writing down their names took."""
    from django.db import transaction
    from django.utils import timezone

    from parties.models import Authority, Subject
    from records.actions.listing import list_names
    from records.models import AdverseRecord

    authority, _new = Authority.objects.get_or_create(name="青屿区市场监督管理局")
    today = timezone.localdate()
    seconds = 0.0
    for begin in range(start, end, BATCH):
        count = min(BATCH, end - begin)
        with transaction.atomic():
            subjects = Subject.objects.bulk_create([source.subject() for _ in range(-(-count // RECORDS_A_SUBJECT))])
            records = [
                AdverseRecord(
                    status="publicised",
                    subject=(subject := subjects[n // RECORDS_A_SUBJECT]),
                    subject_name=subject.name,
                    authority=authority,
                    document_number=f"青市监处罚〔2026〕{begin + n}号",
                    document_key=f"青市监处罚2026{begin + n}",
                    category="罚款",
                    content="罚款人民币贰万元。",
                    violation_type="未按规定明码标价",
                    facts="经查，当事人未按规定明码标价，事实清楚，证据确凿。" * 4,
                    decision_date=today - timedelta(days=1 + (begin + n) % 300),
                    severity="general",
                    publicity_from=today - timedelta(days=1 + (begin + n) % 300),
                    earliest_application=today,
                    publicity_until=today + timedelta(days=1 + (begin + n) % 60),
                    because=[{"text": "处以罚款，属一般失信信息", "title": "信用修复管理办法", "article": "第二章"}],
                    content_hash=f"{begin + n:064d}",
                )
                for n in range(count)
            ]
            records = AdverseRecord.objects.bulk_create(records, batch_size=1000)
            began = time.perf_counter()
            list_names(records)
            seconds += time.perf_counter() - began
    return seconds


def questions(source: fictional) -> list[tuple[str, str]]:
    """What people ask: exactly one subject, rare and common parts, the worst cases of other ways to search."""
    first = source.first
    return [
        ("code", first.code),
        ("whole name", first.name),
        ("brand, 2 characters", first.name[2:4]),
        ("brand and trade", first.name[2:8]),
        ("district, every name", "青屿"),
        ("trade, every 13th name", "食品"),
        ("common parts, nobody", "青屿食品"),
        ("nobody", "镕龘"),
    ]


def report(step: int, label: str, text: str, repeat: int) -> None:
    from django.core.cache import caches
    from django.test import Client

    from portal.views import public
    from records.queries import find_public, public_records

    found = find_public(text)
    shown = found.pks[:20]
    client = Client()

    def lookup():
        pks = find_public(text).pks[:20]
        return list(public_records().filter(pk__in=pks))

    def floor():
        return list(public_records().filter(pk__in=shown))

    def page():
        caches["limits"].clear()
        response = client.get("/register/", {"q": text})
        assert response.status_code == 200, response.status_code

    cells = [*median(lookup, repeat), *median(floor, repeat), *median(page, repeat)]
    with replaced(public, "find_public", lambda _text: found):
        cells += median(page, repeat)
    number = f"{len(found.pks)}{'+' if found.more else ''}"
    print(f"| {step:,} | {label} | {number} | " + " | ".join(f"{cell:.1f}" for cell in cells) + " |")


def median(do: Callable, repeat: int) -> tuple[float, float]:
    """Return the mean CPU (ours and the server's) and the median wall time of a call, ms, after two to warm up."""
    do(), do()
    wall = []
    own, server = time.process_time(), server_cpu()
    for _ in range(repeat):
        begun = time.perf_counter()
        do()
        wall.append((time.perf_counter() - begun) * 1000)
    cpu = time.process_time() - own + server_cpu() - server
    return cpu * 1000 / repeat, statistics.median(wall)


def server_cpu() -> float:
    """Return the CPU seconds of the PostgreSQL process that serves us, if it runs on this machine; 0 with SQLite."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return 0.0
    connection.ensure_connection()
    stat = Path(f"/proc/{connection.connection.info.backend_pid}/stat")
    user, system = stat.read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


@contextmanager
def replaced(module, name: str, value) -> Iterator[None]:
    kept = getattr(module, name)
    setattr(module, name, value)
    try:
        yield
    finally:
        setattr(module, name, kept)


def sizes() -> str:
    """Say how many endings there are and how much room they and the records take."""
    from django.db import connection

    from records.models import AdverseRecord, RegisterName

    rows = RegisterName.objects.count()
    if connection.vendor == "sqlite":
        path = connection.settings_dict["NAME"]
        return f"{rows:,} endings, whole file {Path(path).stat().st_size >> 20} MB"
    with connection.cursor() as cursor:
        tables = [RegisterName._meta.db_table, AdverseRecord._meta.db_table]
        cursor.execute("SELECT " + ", ".join(f"pg_total_relation_size('{table}')" for table in tables))
        names, records = cursor.fetchone()
    return f"{rows:,} endings, {names >> 20} MB beside {records >> 20} MB of records"


if __name__ == "__main__":
    sys.exit(main())
