"""What a command of the house says when it cannot work: a sentence, or for programs one JSON object."""

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from config import commands
from notices.management.commands.export_notice import Command as ExportNotice

ROOT = Path(__file__).parent.parent.parent
ROWS = "行政相对人名称,行政处罚决定书文号\n某公司,青1号\n"


def surroundings(tmp_path, **environment):
    """The environment of an installation, not that of the tests."""
    return {**os.environ, "STATE_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "config.settings", **environment}


def manage(tmp_path, *arguments, **environment):
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=surroundings(tmp_path, **environment),
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.fixture
def rows(tmp_path):
    (tmp_path / "rows.csv").write_text(ROWS)
    return str(tmp_path / "rows.csv")


COMMANDS = ["check_invariants", "journal verify", "import_records ROWS", "journey", "export_notice 青1号 x.pdf",
            "subscribe 平台 http://127.0.0.1:1/", "rules list", "publicity sweep"]  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_unprepared_database_is_one_object(tmp_path, rows, command):
    arguments = [rows if word == "ROWS" else word for word in command.split()]
    done = manage(tmp_path, *arguments, "--json", DATABASE_URL=f"sqlite:///{tmp_path}/empty.sqlite3")
    said = json.loads(done.stdout)
    assert (done.returncode, said["ok"]) == (1, False)
    assert "prepare" in said["error"] and "empty.sqlite3" in said["error"]
    assert "Traceback" not in done.stderr


def test_a_database_of_an_older_version_or_without_rules_is_one_sentence(tmp_path, rows):
    where = tmp_path / "old.sqlite3"
    manage(tmp_path, "migrate", "-v0", DATABASE_URL=f"sqlite:///{where}")
    without_rules = manage(tmp_path, "demo", DATABASE_URL=f"sqlite:///{where}")
    assert (without_rules.returncode, without_rules.stdout) == (1, "")
    assert "load_rules" in without_rules.stderr and len(without_rules.stderr.strip().splitlines()) == 1
    with closing(sqlite3.connect(where)) as database:
        database.execute("ALTER TABLE records_importrun RENAME COLUMN file TO another")
    older = manage(tmp_path, "import_records", rows, "--json", DATABASE_URL=f"sqlite:///{where}")
    assert (older.returncode, json.loads(older.stdout)["ok"]) == (1, False)
    assert "prepare" in json.loads(older.stdout)["error"]


def test_unreachable_database_is_one_sentence(tmp_path):
    away = "postgres://somebody:hidden@127.0.0.1:1/nowhere"
    done = manage(tmp_path, "rules", "list", DATABASE_URL=away)
    assert (done.returncode, done.stdout) == (1, "")
    assert "127.0.0.1:1/nowhere" in done.stderr and "hidden" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["journal", "--json"], 1),
        (["journey", "--count", "many", "--json"], 1),
        (["journey", "--count", "0", "--json"], 1),
        (["rules", "list", "--on", "tomorrow", "--json"], 1),
        (["import_records", "/nowhere/rows.csv", "--json"], 1),
        (["check_invariants", "--only", "nothing", "--json"], 1),
    ],
)
@pytest.mark.django_db
def test_wrong_arguments_are_one_object_for_programs(arguments, code, capsys, monkeypatch):
    monkeypatch.setattr(commands.connections, "close_all", lambda: None)  # the test's own transaction
    with pytest.raises(SystemExit) as ended:
        commands.run(["manage.py", *arguments])
    said = json.loads(capsys.readouterr().out)
    assert (ended.value.code, said["ok"]) == (code, False)
    assert said["error"] and not said["error"].startswith("Error")


@pytest.mark.django_db
@pytest.mark.parametrize("count", [0, -1])
def test_journey_is_not_driven_less_than_once(count):
    with pytest.raises(CommandError, match="至少是 1"):
        call_command("journey", f"--count={count}", stdout=StringIO())


@pytest.mark.parametrize(
    ("place", "words"), [("", "是一个文件夹"), ("missing/a.pdf", "没有文件夹"), ("a\0.pdf", "无法写入")]
)
def test_export_to_an_impossible_place_is_a_sentence(tmp_path, place, words):
    with pytest.raises(CommandError) as refused:
        ExportNotice._write(tmp_path / place, b"%PDF")
    assert words in str(refused.value) and "Errno" not in str(refused.value)


@pytest.mark.parametrize("json_wanted", [[], ["--json"]])
def test_a_reader_that_has_enough_is_no_error(tmp_path, json_wanted):
    """``rules list | head -1``: no traceback when the pipe is closed."""
    database = f"sqlite:///{tmp_path}/rules.sqlite3"
    for command in ("migrate", "load_rules"):
        assert manage(tmp_path, command, DATABASE_URL=database).returncode == 0
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as closed:
        done = subprocess.run(
            [sys.executable, "manage.py", "rules", "list", *json_wanted],
            cwd=ROOT,
            env=surroundings(tmp_path, DATABASE_URL=database),
            stdout=closed,
            stderr=subprocess.PIPE,
            text=True,
            timeout=120,
        )
    assert (done.returncode, done.stderr) == (commands.PIPE_CLOSED, "")
