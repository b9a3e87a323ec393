"""Ways to find a part of a name, on bare tables: why the register keeps endings.

    python -m bench.register_alternatives                            # SQLite: endings, FTS5 trigram, FTS5 bigram
    python -m tests.postgres python -m bench.register_alternatives   # PostgreSQL: endings, pg_trgm, bigram array

No Django and no records: the same fictional names, one row a name, filled in transactions of 1,000; then each question
five times (median wall in ms; at most 201 rows, newest first, of the endings in their own order). The bare minimum of
each way, to compare their shapes.
"""

import argparse
import os
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from pathlib import Path

from bench.register import BRANDS, FORMS, TRADES
from records.search.names import endings

MOST = 201
QUESTIONS = ("江食", "泰康科", "青屿食品", "禾江", "限责任公司", "江贸易有限责任")


def names(count: int) -> list[tuple[int, str]]:
    """Return numbered fictional names; each is somebody's about three times."""
    chance = random.Random(5)
    made = [
        f"青屿{''.join(chance.choice(BRANDS) for _ in range(chance.choice((2, 2, 3, 4))))}"
        f"{chance.choice(TRADES)}{chance.choice(FORMS)}"
        for _ in range(count // 3)
    ]
    return [(number, chance.choice(made)) for number in range(1, count + 1)]


def grams(name: str) -> list[str]:
    return [name[start : start + 2] for start in range(len(name) - 1)]


def in_sqlite(rows: list[tuple[int, str]], folder: Path) -> None:
    for way, table, insert, values, question in (
        (
            "endings",
            "CREATE TABLE f (ending BLOB, id INTEGER, PRIMARY KEY (ending, id)) WITHOUT ROWID",
            "INSERT OR IGNORE INTO f VALUES (?, ?)",
            lambda number, name: [(ending, number) for ending in endings(name)],
            lambda text: (
                f"SELECT id FROM f WHERE ending >= ? AND ending < ? LIMIT {MOST}",
                (text.encode(), text.encode() + b"\xff"),
            ),
        ),
        (
            "FTS5 trigram",
            "CREATE VIRTUAL TABLE f USING fts5 (name, tokenize = 'trigram')",
            "INSERT INTO f (rowid, name) VALUES (?, ?)",
            lambda number, name: [(number, name)],
            lambda text: (
                f"SELECT rowid FROM f WHERE f MATCH ? ORDER BY rowid DESC LIMIT {MOST}" if len(text) > 2 else "",
                (f'"{text}"',),
            ),
        ),
        (
            "FTS5 bigram",
            "CREATE VIRTUAL TABLE f USING fts5 (name, content = '')",
            "INSERT INTO f (rowid, name) VALUES (?, ?)",
            lambda number, name: [(number, " ".join(grams(name)))],
            lambda text: (
                f"SELECT rowid FROM f WHERE f MATCH ? ORDER BY rowid DESC LIMIT {MOST}",
                (f'"{" ".join(grams(text))}"',),
            ),
        ),
    ):
        path = folder / f"{way}.sqlite3"
        database = sqlite3.connect(path, isolation_level=None)
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = NORMAL")
        database.execute(table)
        begun, cpu = time.perf_counter(), time.process_time()
        for start in range(0, len(rows), 1000):
            database.execute("BEGIN")
            database.executemany(insert, [v for row in rows[start : start + 1000] for v in values(*row)])
            database.execute("COMMIT")
        spent = time.perf_counter() - begun, time.process_time() - cpu
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        say(way, len(rows), spent, path.stat().st_size, database, question)
        database.close()


def in_postgres(rows: list[tuple[int, str]], url: str) -> None:
    import psycopg

    database = psycopg.connect(url, autocommit=True)
    database.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    plain = "CREATE TABLE f (id bigint PRIMARY KEY, name varchar(200), grams text[])"
    newest = f"SELECT id FROM f WHERE name LIKE %s ORDER BY id DESC LIMIT {MOST}"
    for way, tables, columns, values, question in (
        (
            "endings",
            ["CREATE TABLE f (ending bytea, id bigint, PRIMARY KEY (ending, id))"],
            "ending, id",
            lambda number, name: [(ending, number) for ending in endings(name)],
            lambda text: (
                f"SELECT id FROM f WHERE ending >= %s AND ending < %s ORDER BY ending, id LIMIT {MOST}",
                (text.encode(), text.encode() + b"\xff"),
            ),
        ),
        (
            "pg_trgm, GIN",
            [plain, "CREATE INDEX ON f USING gin (name gin_trgm_ops)"],
            "id, name",
            lambda number, name: [(number, name)],
            lambda text: (newest, (f"%{text}%",)),
        ),
        (
            "bigram array, GIN",
            [plain, "CREATE INDEX ON f USING gin (grams)"],
            "id, name, grams",
            lambda number, name: [(number, name, grams(name))],
            lambda text: (
                newest.replace("WHERE", "WHERE grams @> %s::text[] AND"),
                (grams(text), f"%{text}%"),
            ),
        ),
    ):
        database.execute("DROP TABLE IF EXISTS f")
        for table in tables:
            database.execute(table)
        begun, cpu = time.perf_counter(), time.process_time()
        for start in range(0, len(rows), 1000):
            with database.transaction(), database.cursor().copy(f"COPY f ({columns}) FROM STDIN") as copy:
                for row in rows[start : start + 1000]:
                    for line in dict.fromkeys(values(*row)) if way == "endings" else values(*row):
                        copy.write_row(line)
        spent = time.perf_counter() - begun, time.process_time() - cpu
        database.execute("ANALYZE f")
        size = database.execute("SELECT pg_total_relation_size('f')").fetchone()[0]
        say(way, len(rows), spent, size, database, question)


def say(way: str, count: int, spent: tuple[float, float], size: int, database, question) -> None:
    cells = []
    for text in QUESTIONS:
        wall = []
        for _ in range(5):
            begun = time.perf_counter()
            try:
                database.execute(*question(text)).fetchall()
            except (sqlite3.ProgrammingError, sqlite3.OperationalError):
                break
            wall.append((time.perf_counter() - begun) * 1000)
        cells.append(f"{statistics.median(wall):.2f}" if wall else "-")
    wall_us, cpu_us = (seconds * 1e6 / count for seconds in spent)
    print(f"| {way} | {count:,} | {wall_us:.0f} ({cpu_us:.0f}) | {size >> 20} | " + " | ".join(cells) + " |")
    sys.stdout.flush()


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--steps", type=int, nargs="+", default=(100_000, 1_000_000), metavar="N")
    url = os.environ.get("TEST_DATABASE_URL", "")
    print("| way | names | µs a name to fill, wall (our CPU) | MB | " + " | ".join(QUESTIONS) + " |")
    print("|---|--:|--:|--:|" + "--:|" * len(QUESTIONS))
    for step in arguments.parse_args().steps:
        rows = names(step)
        if url:
            in_postgres(rows, url)
        else:
            with tempfile.TemporaryDirectory(prefix="xinxiu-bench-") as folder:
                in_sqlite(rows, Path(folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())
