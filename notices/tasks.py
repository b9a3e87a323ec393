"""Making the PDFs, in the background. Primary keys in, safe to run twice, killed at any moment without harm.

A notice is claimed by a lease, its attempt is counted and committed before the work begins, and the result is
written only by whoever still holds the lease. A notice that kills its worker is therefore counted as well and
ends as FAILED, visible on the work page, instead of being tried for ever.
"""

import hashlib
import logging
import uuid
from datetime import timedelta

from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from journal import actions as journal
from notices.models import Notice
from notices.rendering import RenderingError
from notices.rendering import render as render_pdf
from notices.storage import store
from notices.timebox import TimeExceeded, time_box
from parties.turns import Turn

logger = logging.getLogger(__name__)

#: After so many attempts a person has to look.
MAX_ATTEMPTS = 5
#: Wait after the first, second, ... failed attempt.
BACK_OFF = (timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10), timedelta(hours=1))
#: One notice may take so many seconds; a usual one takes a tenth of one.
TIME_BOX = 40
#: Nobody else touches a claimed notice for so long: longer than the queue lets a task live.
LEASE = timedelta(seconds=180)
#: A sweep stops claiming after so many seconds, so that it ends well within the queue's own limit (120 s).
SWEEP_SECONDS = 50


def render(pk: int) -> str:
    """Render one notice if it is due; return what became of it: ``rendered``, ``failed``, ``again`` or ``not due``."""
    claim = _claim(pk)
    return _work(*claim) if claim else "not due"


def sweep() -> dict[str, int]:
    """Render every due notice, oldest first, and give up those whose worker died too often; return counts.

    Ends after a while, sooner when other work waits, and rings for the next one when there is more.
    """
    counts: dict[str, int] = {}
    turn = Turn("notices.tasks.sweep", SWEEP_SECONDS)
    for pk in list(_due().order_by("next_at", "id").values_list("pk", flat=True)[:2000]):
        if turn.is_over():
            turn.ring_again()
            break
        result = render(pk)
        counts[result] = counts.get(result, 0) + 1
    return counts


def _due():
    now = timezone.now()
    return Notice.objects.filter(
        Q(rendering=Notice.Rendering.PENDING),
        Q(next_at__isnull=True) | Q(next_at__lte=now),
        Q(leased_until__isnull=True) | Q(leased_until__lt=now),
    )


def _claim(pk: int) -> tuple[Notice, uuid.UUID] | None:
    """Take the lease and count the attempt, in one statement that only one worker can win."""
    lease = uuid.uuid4()
    taken = _due().filter(pk=pk).update(lease=lease, leased_until=timezone.now() + LEASE, attempts=F("attempts") + 1)
    if not taken:
        return None
    return Notice.objects.select_related("issuer", "addressee").get(pk=pk), lease


def _work(notice: Notice, lease: uuid.UUID) -> str:
    if notice.attempts > MAX_ATTEMPTS:
        died = _("生成程序多次中断，没有完成这份文书（可能内存不足或超时）。") + notice.last_error
        return _give_up(notice, lease, died)
    try:
        with time_box(TIME_BOX):
            content = render_pdf(notice)
        digest = hashlib.sha256(content).hexdigest()
        name = store(notice, content, digest)
    except RenderingError as error:
        # The same content gives the same error: no use in trying again before somebody changed something.
        return (_give_up if error.permanent else _put_off)(notice, lease, str(error))
    except TimeExceeded:
        return _put_off(notice, lease, _("生成超过%(seconds)s秒，已停止。") % {"seconds": TIME_BOX})
    except Exception as error:  # noqa: BLE001 - whatever happens becomes visible work
        logger.exception("Rendering notice %s failed", notice.pk)
        return _put_off(notice, lease, f"{type(error).__name__}: {error}")
    return _finish(notice, lease, name, digest)


@journal.journalled()
def _finish(notice: Notice, lease: uuid.UUID, name: str, digest: str) -> str:
    done = _mine(notice, lease).update(
        rendering=Notice.Rendering.RENDERED,
        pdf=name,
        sha256=digest,
        rendered_at=timezone.now(),
        lease=None,
        leased_until=None,
        next_at=None,
        last_error="",
    )
    if not done:
        return "not due"
    journal.append(None, "notices.render", notice, {"number": notice.number, "sha256": digest})
    return "rendered"


def _put_off(notice: Notice, lease: uuid.UUID, error: str) -> str:
    if notice.attempts >= MAX_ATTEMPTS:
        return _give_up(notice, lease, error)
    wait = BACK_OFF[min(notice.attempts, len(BACK_OFF)) - 1]
    _mine(notice, lease).update(lease=None, leased_until=None, next_at=timezone.now() + wait, last_error=error[:2000])
    return "again"


@journal.journalled()
def _give_up(notice: Notice, lease: uuid.UUID, error: str) -> str:
    error = error[:2000]
    gone = _mine(notice, lease).update(
        rendering=Notice.Rendering.FAILED, lease=None, leased_until=None, next_at=None, last_error=error
    )
    if gone:
        journal.append(None, "notices.render_failed", notice, {"number": notice.number, "error": error})
    return "failed"


def _mine(notice: Notice, lease: uuid.UUID):
    return Notice.objects.filter(pk=notice.pk, lease=lease, rendering=Notice.Rendering.PENDING)
