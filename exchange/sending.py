"""One signed HTTP request to a platform, and what came of it. No database here."""

import json
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import requests
import urllib3
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from standardwebhooks import Webhook

from exchange import backoff, events
from exchange.models import OutboundEvent, Subscriber

#: Bytes of an answer that are read; a receipt is far smaller.
ANSWER_BYTES = 64 * 1024


@dataclass(frozen=True)
class GivenReceipt:
    """A receipt as a platform's answer states it."""

    number: str
    acted_at: datetime
    proof: str


@dataclass(frozen=True)
class Outcome:
    """What one try brought. ``status`` is ``None`` when no answer came; ``error`` is empty on success."""

    status: int | None
    error: str
    milliseconds: int
    receipt: GivenReceipt | None = None
    #: Why an accepted event's receipt could not be used; empty when there was none or it was fine.
    receipt_error: str = ""
    #: Nothing was sent: a defect of ours.
    ours: bool = False

    @property
    def accepted(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def unanswered(self) -> bool:
        """Nobody answered, or only a proxy that says nobody is there: says nothing about this event."""
        return not self.ours and self.status in (None, 502, 503, 504)


def send(event: OutboundEvent, subscriber: Subscriber) -> Outcome:
    """Post one event to one platform and return what came of it. Never raises for what the other side does.

    The id and the body are the same at every try; timestamp and signature are fresh (Standard Webhooks). While a
    platform's secret is being changed there are two signatures, apart by a space: one by each secret.
    Redirects are not followed: an address that moved is for the office to know. Proxies and credentials of the
    process environment are not used.
    """
    body = events.body(event)
    message_id, now = str(event.event_id), timezone.now()
    headers = {
        "Content-Type": events.CONTENT_TYPE,
        "Accept": "application/json",
        "User-Agent": "Xinxiu/1",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(
            Webhook(secret).sign(message_id, now, body) for secret in subscriber.signing_secrets(now)
        ),
    }
    started = time.monotonic()
    try:
        with requests.Session() as session:
            session.trust_env = False
            with session.post(
                subscriber.url,
                data=body.encode(),
                headers=headers,
                timeout=(backoff.CONNECT_TIMEOUT, backoff.READ_TIMEOUT),
                allow_redirects=False,
                stream=True,
            ) as answer:
                content = _read(answer, started + backoff.TOTAL_TIMEOUT)
                status = answer.status_code
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, UnicodeError) as error:
        # The last three: requests lets some of what happens below it through, such as an impossible host name.
        return Outcome(None, _why_unanswered(error), _since(started))
    if not 200 <= status < 300:
        return Outcome(status, _why_not_accepted(status, content), _since(started))
    receipt, receipt_error = read_receipt(content)
    return Outcome(status, "", _since(started), receipt, receipt_error)


def read_receipt(content: bytes) -> tuple[GivenReceipt | None, str]:
    """Return the receipt in an answer (``{"receipt": {"number", "acted_at", "proof"}}``) and why there is none.

    No JSON, or JSON without ``receipt``: none was given, which is no error. The limits of its fields are
    :func:`exchange.actions.confirm`'s business.
    """
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError):
        return None, ""
    given = answer.get("receipt") if isinstance(answer, dict) else None
    if given is None:
        return None, ""
    problem = _("平台应答中的回执无法使用：需要 number（文本）和 acted_at（带时区的时间）。")
    if not isinstance(given, dict):
        return None, problem
    number, acted_at, proof = given.get("number"), given.get("acted_at"), given.get("proof") or ""
    moment = _moment(acted_at)
    if not isinstance(number, str) or not isinstance(proof, str) or moment is None:
        return None, problem
    return GivenReceipt(_storable(number), moment, _storable(proof)), ""


def _storable(text: str) -> str:
    """Replace what JSON allows and no database keeps: NUL and halves of surrogate pairs."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def _moment(text: Any) -> datetime | None:
    try:
        return parse_datetime(text) if isinstance(text, str) else None
    except ValueError:
        return None


def _read(answer: requests.Response, until: float) -> bytes:
    """Read at most :data:`ANSWER_BYTES`, and not longer than the deadline: a slow drip is no answer."""
    content = b""
    for chunk in answer.iter_content(4096):
        content += chunk
        if len(content) >= ANSWER_BYTES:
            break
        if time.monotonic() > until:
            raise requests.Timeout
    return content[:ANSWER_BYTES]


def _why_unanswered(error: Exception) -> str:
    if isinstance(error, requests.exceptions.SSLError):
        return _("平台的证书无法验证。")
    if isinstance(error, requests.ConnectTimeout):
        return _("%(seconds)d 秒内没有连上平台。") % {"seconds": backoff.CONNECT_TIMEOUT}
    if isinstance(error, requests.Timeout):
        return _("平台没有及时应答（%(seconds)d 秒）。") % {"seconds": backoff.READ_TIMEOUT}
    causes = _causes(error)
    if any(isinstance(cause, urllib3.exceptions.NameResolutionError) for cause in causes):
        return _("找不到平台的主机名。请核对接收地址。")
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return _("平台没有在运行（连接被拒绝）。")
    return _("无法连接平台（%(error)s）。") % {"error": type(causes[-1]).__name__}


def _causes(error: BaseException) -> list[BaseException]:
    """Return an exception and what led to it, outermost first; urllib3 hides the cause in ``reason``."""
    found: list[BaseException] = []
    step: BaseException | None = error
    while isinstance(step, BaseException) and step not in found:
        found.append(step)
        inner = getattr(step, "reason", None) or (step.args[0] if step.args else None)
        step = inner if isinstance(inner, BaseException) else step.__cause__ or step.__context__
    return found


def _why_not_accepted(status: int, content: bytes) -> str:
    if 300 <= status < 400:
        return _("平台要求转到别的地址（%(status)d），系统不跟随。请核对接收地址。") % {"status": status}
    if status == 410:
        return _("平台说这个接收地址已停用（410）。请与平台联系，改好地址后再重新发送。")
    said = " ".join(content.decode("utf-8", "replace").replace("\0", "").split())[:200]
    return _("平台应答 %(status)d：%(said)s") % {"status": status, "said": said or "—"}


def _since(started: float) -> int:
    return round((time.monotonic() - started) * 1000)
