"""A platform that shows records and obeys the events about them: the smallest complete receiver.

Written only with the standard library and the public ``standardwebhooks`` package, so it can be read as the
answer to "what do we have to build?". It checks the signature, does each event once, keeps to the order of each
record, and answers with a receipt. Stopping it at any moment loses nothing and doubles nothing: what it does,
what it answers and the memory of having done it are one transaction.

    RECEIVER_SECRET=whsec_... RECEIVER_PORT=8900 python examples/receiver.py

Environment: ``RECEIVER_PORT`` (0: any free one), ``RECEIVER_SECRET`` or ``RECEIVER_SECRET_FILE`` (read at every
event, so it may be replaced while this runs), ``RECEIVER_STORE`` (an SQLite file). Listens on loopback only.
``GET /`` is a page, ``GET /records.json`` the same for programs; events are posted to any path.
"""

import html
import json
import os
import sqlite3
import sys
from contextlib import closing
from datetime import UTC, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from standardwebhooks import Webhook, WebhookVerificationError

LARGEST_BODY = 1024 * 1024
PREFIX = "cn.xinxiu.record."

SCHEMA = """
CREATE TABLE IF NOT EXISTS record (
    id TEXT PRIMARY KEY, sequence INTEGER NOT NULL, shown INTEGER NOT NULL, marked INTEGER NOT NULL, data TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS receipt (
    number INTEGER PRIMARY KEY AUTOINCREMENT, webhook_id TEXT UNIQUE NOT NULL,
    acted_at TEXT NOT NULL, proof TEXT NOT NULL
);
"""


class NotAnEvent(Exception):
    """The signature is right, but the body is not an event that this platform knows."""


class Store:
    """What the platform shows, and the receipts it gave."""

    def __init__(self, path: Path):
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(self._open()) as database:
            database.execute("PRAGMA journal_mode=WAL")
            database.executescript(SCHEMA)

    def take(self, webhook_id: str, event: dict) -> dict:
        """Do what an event asks, once, and return its receipt: the same one however often the event comes."""
        with closing(self._open()) as database:
            database.execute("BEGIN IMMEDIATE")
            given = database.execute("SELECT * FROM receipt WHERE webhook_id = ?", [webhook_id]).fetchone()
            if given is None:
                proof = self._apply(database, event)
                acted_at = datetime.now(UTC).isoformat()
                database.execute(
                    "INSERT INTO receipt (webhook_id, acted_at, proof) VALUES (?, ?, ?)", [webhook_id, acted_at, proof]
                )
                given = database.execute("SELECT * FROM receipt WHERE webhook_id = ?", [webhook_id]).fetchone()
            database.execute("COMMIT")
        return {"number": f"HZ{given['number']:08d}", "acted_at": given["acted_at"], "proof": given["proof"]}

    def shown(self) -> list[dict]:
        """Return what the public sees, in a fixed order."""
        with closing(self._open()) as database:
            rows = database.execute("SELECT * FROM record WHERE shown ORDER BY id").fetchall()
        return [
            {
                "record_id": row["id"],
                "sequence": row["sequence"],
                "objection_marked": bool(row["marked"]),
                "data": json.loads(row["data"]),
            }
            for row in rows
        ]

    def _apply(self, database: sqlite3.Connection, event: dict) -> str:
        """Change what is shown; return a sentence that says what was done."""
        try:
            kind = event["type"].removeprefix(PREFIX)
            record_id, sequence, data = event["subject"], int(event["sequence"]), event["data"]
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise NotAnEvent(f"The event lacks or garbles {error}.") from error
        if not isinstance(record_id, str) or not isinstance(data, dict):
            raise NotAnEvent("subject is a text and data an object.")
        known = database.execute("SELECT * FROM record WHERE id = ?", [record_id]).fetchone()
        if known and sequence <= known["sequence"]:
            return "已有同一记录较新的事件，展示内容不变。"
        shown, marked = (bool(known["shown"]), bool(known["marked"])) if known else (False, False)
        kept = json.loads(known["data"]) if known else {}
        if kind == "published":
            shown, marked, kept, proof = True, False, data, "已展示。"
        elif kind in ("removed", "revoked"):
            # Nothing of a removed record stays here but its number and where its events stand.
            proof = "已停止展示，并已删除内容。" if shown else "本平台没有展示这条记录。"
            shown, marked, kept = False, False, {}
        elif kind == "corrected":
            kept, proof = (data, "已按更正后的内容展示。") if shown else (kept, "本平台没有展示这条记录。")
        elif kind in ("objection-marked", "objection-cleared"):
            marked = shown and kind == "objection-marked"
            proof = ("已加注异议。" if marked else "已取消异议标注。") if shown else "本平台没有展示这条记录。"
        else:
            raise NotAnEvent(f"Unknown type {event['type']!r}.")
        database.execute(
            "INSERT OR REPLACE INTO record (id, sequence, shown, marked, data) VALUES (?, ?, ?, ?, ?)",
            [record_id, sequence, shown, marked, json.dumps(kept, ensure_ascii=False)],
        )
        return proof

    def _open(self) -> sqlite3.Connection:
        database = sqlite3.connect(self.path, timeout=10, isolation_level=None)
        database.row_factory = sqlite3.Row
        return database


def read_secret() -> str:
    """Return the signing secret, or an empty text when there is none yet."""
    if os.environ.get("RECEIVER_SECRET"):
        return os.environ["RECEIVER_SECRET"].strip()
    path = Path(os.environ.get("RECEIVER_SECRET_FILE", ""))
    return path.read_text(encoding="ascii").strip() if path.is_file() else ""


class Handler(BaseHTTPRequestHandler):
    """The doors: events in, page and JSON out."""

    store: Store
    server_version = "ExampleReceiver/1"
    #: Seconds a connection may be silent.
    timeout = 15

    def do_POST(self) -> None:
        """Take one event: 200 with a receipt, 401 when the signature is not ours or too old, 400 otherwise."""
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal():
            return self._answer(HTTPStatus.LENGTH_REQUIRED, {"error": "Content-Length is missing."})
        if int(length) > LARGEST_BODY:
            return self._answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, {"error": "The event is too large."})
        body = self.rfile.read(int(length))
        secret = read_secret()
        if not secret:
            return self._answer(HTTPStatus.SERVICE_UNAVAILABLE, {"error": "No secret is configured yet."})
        try:
            # Checks the signature over id, timestamp and body, and that the timestamp is within five minutes.
            event = Webhook(secret).verify(body, dict(self.headers))
        except (WebhookVerificationError, ValueError) as error:
            return self._answer(HTTPStatus.UNAUTHORIZED, {"error": f"Not accepted: {error}"})
        try:
            if not isinstance(event, dict) or event.get("specversion") != "1.0":
                raise NotAnEvent("Not a CloudEvent 1.0.")
            receipt = self.store.take(self.headers["webhook-id"], event)
        except NotAnEvent as error:
            return self._answer(HTTPStatus.BAD_REQUEST, {"error": str(error)})
        return self._answer(HTTPStatus.OK, {"receipt": receipt})

    def do_GET(self) -> None:
        """Show what is shown."""
        path = self.path.partition("?")[0]
        if path == "/records.json":
            return self._answer(HTTPStatus.OK, {"records": self.store.shown()})
        if path == "/":
            return self._answer(HTTPStatus.OK, page(self.store.shown()))
        return self._answer(HTTPStatus.NOT_FOUND, {"error": "Only / and /records.json are here."})

    def log_message(self, format: str, *args: object) -> None:
        """One line per request on standard output, flushed: the demo shows it."""
        print(f"{self.log_date_time_string()} {format % args}", flush=True)

    def _answer(self, status: HTTPStatus, content: dict | str) -> None:
        is_page = isinstance(content, str)
        body = (content if is_page else json.dumps(content, ensure_ascii=False)).encode()
        self.send_response(status)
        self.send_header("Content-Type", f"{'text/html' if is_page else 'application/json'}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


PAGE = """<!doctype html>
<html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>示例平台</title>
<style>
body {{ font: 1.1rem/1.6 "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; color: #1b1f24;
  max-width: 48rem; margin: 2rem auto; padding: 0 1rem; }}
li {{ margin-bottom: 1rem; }} small {{ color: #505a5f; }} mark {{ padding: 0 .4em; }}
</style>
<h1>示例平台：正在展示 {count} 条失信信息</h1>
<p>这是一个演示用的第三方平台，只展示共享交换送来的信息，并照办每一次终止公示、更正和异议标注。</p>
<ul>{items}</ul>
"""


def page(records: list[dict]) -> str:
    """Return the page that lists what the platform shows."""
    items = []
    for record in records:
        data = record["data"]
        name, number = (html.escape(str(data.get(key) or "")) for key in ("subject_name", "document_number"))
        authority = html.escape(str(data.get("authority") or ""))
        mark = " <mark>异议处理中</mark>" if record["objection_marked"] else ""
        items.append(
            f"<li><strong>{name or '（无名称）'}</strong>{mark}<br>{number}　{authority}"
            f"<br><small>{html.escape(record['record_id'])}</small></li>"
        )
    return PAGE.format(count=len(records), items="".join(items))


def main() -> None:
    """Serve until stopped; say where on standard output once requests are answered."""
    Handler.store = Store(Path(os.environ.get("RECEIVER_STORE", "var/receiver.sqlite3")))
    server = ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("RECEIVER_PORT", "8900"))), Handler)
    print(f"receiver ready: http://127.0.0.1:{server.server_address[1]}/", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        sys.exit(0)
    finally:
        server.server_close()


if __name__ == "__main__":
    main()
