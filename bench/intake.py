"""How fast files come in, and how far that is from the least it could cost. ``bench/README.md`` says how to read it.

.venv/bin/python bench/intake.py [--rows N] [--layout cf|zh] [--rounds N] [--postgres | --only-postgres] [--long]
                                 [--no-floor] [--json]
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
CHILD = Path(__file__).with_name("intake_child.py")
SIZES, LONG = (10_000, 100_000), 1_000_000
MOST = 1_000_000


@dataclass
class Line:
    """One database and one size: medians of the rounds. CPU is user and system time in seconds."""

    database: str
    rows: int
    rows_per_second: float
    cpu: float
    floor_cpu: float
    ratio: float
    #: Of the database's own process; PostgreSQL only. A floor that was not measured is 0, and so is the ratio.
    server_cpu: float
    floor_server_cpu: float
    peak_megabytes: float
    outcomes: dict[str, int]


class Sqlite:
    """Databases that are files."""

    name = "sqlite"

    def __init__(self, folder: Path):
        self._folder = folder

    def url(self, name: str) -> str:
        return f"sqlite:///{self._folder / name}.sqlite3"

    def copy(self, name: str) -> str:
        shutil.copy(self._folder / "prepared.sqlite3", self._folder / f"{name}.sqlite3")
        return self.url(name)

    def drop(self, name: str) -> None:
        for file in self._folder.glob(f"{name}.sqlite3*"):
            file.unlink()


class Postgres:
    """Databases of a server that this run starts and stops."""

    name = "postgresql"

    def __init__(self, server: str):
        self._server = server
        self._run("CREATE DATABASE prepared")

    def url(self, name: str) -> str:
        return f"{self._server.rsplit('/', 1)[0]}/{name}"

    def copy(self, name: str) -> str:
        self._run(f"CREATE DATABASE {name} TEMPLATE prepared")
        return self.url(name)

    def drop(self, name: str) -> None:
        self._run(f"DROP DATABASE IF EXISTS {name}")

    def _run(self, statement: str) -> None:
        import psycopg

        with psycopg.connect(self._server, autocommit=True) as connection:
            connection.execute(statement)


def child(job: str, folder: Path, url: str, *arguments: str, floor: str = "") -> dict[str, Any]:
    """Run one job in a process of its own; return what it measured."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "STATE_DIR": str(folder),
        "SECRET_KEY": "bench-only",
        "DATABASE_URL": url,
        "FLOOR_URL": floor,
        "INTAKE_MAX_STREAMED_BYTES": str(8 * 1024**3),
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(
        [sys.executable, str(CHILD), job, *arguments], env=environment, cwd=ROOT, stdout=subprocess.PIPE, check=False
    )
    if done.returncode:
        raise SystemExit(f"{job} failed ({done.returncode}).")
    return json.loads(done.stdout.decode().splitlines()[-1])


def measure(base: Sqlite | Postgres, folder: Path, file: Path, rows: int, rounds: int, with_floor: bool) -> Line:
    """Take the file in and, if asked to, write the same rows as a floor, so many times; return the medians."""
    intakes, floors = [], []
    for number in range(rounds):
        url = base.copy("taken")
        try:
            intakes.append(child("intake", folder, url, str(file)))
            if with_floor:
                floors.append(child("floor", folder, url, floor=base.copy("floor")))
        finally:
            base.drop("taken")
            base.drop("floor")
        print(f"  {base.name}, {rows} rows, round {number + 1}/{rounds}", file=sys.stderr)

    def middle(results: list[dict], name: str) -> float:
        return statistics.median(result[name] for result in results) if results else 0.0

    ratios = [taken["cpu"] / floor["cpu"] for taken, floor in zip(intakes, floors, strict=with_floor)]
    return Line(
        database=base.name,
        rows=rows,
        rows_per_second=round(rows / middle(intakes, "seconds"), 1),
        cpu=round(middle(intakes, "cpu"), 2),
        floor_cpu=round(middle(floors, "cpu"), 2),
        ratio=round(statistics.median(ratios), 2) if ratios else 0.0,
        server_cpu=round(middle(intakes, "server_cpu"), 2),
        floor_server_cpu=round(middle(floors, "server_cpu"), 2),
        peak_megabytes=round(max(result["peak_megabytes"] for result in intakes), 1),
        outcomes=intakes[-1]["outcomes"],
    )


@contextmanager
def _databases(sqlite: bool, postgres: bool, folder: Path) -> Iterator[list[Sqlite | Postgres]]:
    from tests.postgres import cluster

    with cluster() if postgres else nullcontext() as server:
        yield [*([Sqlite(folder)] if sqlite else []), *([Postgres(server)] if server else [])]


def table(lines: list[Line]) -> str:
    """Return the results as a table for people."""
    heading = ("database", "rows", "rows/s", "CPU s", "floor CPU s", "ratio", "server CPU s", "floor's", "peak MB")
    cells = [heading] + [
        (
            line.database,
            f"{line.rows:,}",
            f"{line.rows_per_second:,.0f}",
            f"{line.cpu:.1f}",
            f"{line.floor_cpu:.1f}" if line.floor_cpu else "",
            f"{line.ratio:.2f}" if line.ratio else "",
            f"{line.server_cpu:.1f}" if line.server_cpu else "",
            f"{line.floor_server_cpu:.1f}" if line.floor_server_cpu else "",
            f"{line.peak_megabytes:.0f}",
        )
        for line in lines
    ]
    widths = [max(len(row[column]) for row in cells) for column in range(len(heading))]
    return "\n".join("  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in cells)


def main() -> None:
    """Measure what the options ask for and print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, help=f"one size, up to {MOST:,} (left out: 10,000 and 100,000)")
    parser.add_argument("--layout", choices=("cf", "zh"), default="cf", help="headings: 2019 standard or Chinese")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--postgres", action="store_true", help="also on a PostgreSQL that is started for it")
    parser.add_argument("--only-postgres", action="store_true", help="on that PostgreSQL and not on SQLite")
    parser.add_argument("--long", action="store_true", help=f"also {LONG:,} rows, once")
    parser.add_argument("--no-floor", action="store_true", help="the intake alone, for its memory and its pace")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    if options.rows is not None and not 1 <= options.rows <= MOST:
        parser.error(f"--rows: 1 to {MOST}")
    sizes = [options.rows] if options.rows else [*SIZES, *([LONG] if options.long else [])]
    lines = []
    with tempfile.TemporaryDirectory(prefix="xinxiu-bench-") as name:
        folder = Path(name)
        postgres = options.postgres or options.only_postgres
        with _databases(not options.only_postgres, postgres, folder) as databases:
            for base in databases:
                child("prepare", folder, base.url("prepared"))
            for size in sizes:
                file = folder / f"{size}.csv"
                child("rows", folder, databases[0].url("prepared"), str(file), str(size), options.layout)
                rounds = 1 if size >= LONG else options.rounds
                lines += [measure(base, folder, file, size, rounds, not options.no_floor) for base in databases]
                file.unlink()
    if options.json:
        result = {"on": date.today().isoformat(), "layout": options.layout, "lines": [asdict(line) for line in lines]}
        print(json.dumps(result, ensure_ascii=False))
    else:
        print(table(lines))


if __name__ == "__main__":
    main()
