"""What became of deadlines, as a person is told it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext as _

from policy.dates import say, say_short
from policy.deadlines.models import DeadlineChange, DeadlineTold

#: The page that is opened to see it, by what the deadline is of; whatever else is about a record.
PAGES = {"casework.case": "casework:case", "records.upstreamchange": "records:change"}


@dataclass(frozen=True)
class News:
    """What is said of one deadline: where it was when last seen, and where it is now. Days are Beijing days."""

    change: DeadlineChange
    old: date
    #: Whoever this is said to has not opened it yet.
    new: bool = True

    @property
    def moved(self) -> bool:
        return self.old != self.change.new_date

    @property
    def url(self) -> str:
        page = PAGES.get(self.change.thing_type)
        return (
            reverse(page, args=[self.change.thing_id])
            if page
            else reverse("portal:my_record", args=[self.change.record_id])
        )

    @property
    def text(self) -> str:
        """The sentence, without the number: what, from when to when."""
        words = {
            "what": self.change.get_step_display(),
            "old": say(self.old),
            "day": say(self.change.new_date),
        }
        if self.moved and self.change.new_provisional:
            return _("%(what)s由 %(old)s 改为 %(day)s（仍为暂定）。") % words
        if self.moved:
            return _("%(what)s由 %(old)s 改为 %(day)s。") % words
        if self.change.new_provisional:
            return _("%(what)s %(day)s 现在是暂定的，以后可能调整。") % words
        return _("%(what)s确定为 %(day)s，不再是暂定。") % words

    @property
    def why(self) -> str:
        """Which document moved it."""
        if not self.change.source:
            return _("因放假安排变动，按工作日重新计算。")
        if self.change.announced_on is None:
            return _("因“%(source)s”，按工作日重新计算。") % {"source": self.change.source}
        return _("因%(day)s公布的“%(source)s”，按工作日重新计算。") % {
            "day": say_short(self.change.announced_on),
            "source": self.change.source,
        }


def news_for(user: models.Model, *, record_id: str = "", thing: models.Model | None = None) -> list[News]:
    """Return what this person was told and has not opened yet, the nearest day first.

    Several changes of one deadline are one piece of news: from the day he last knew to the present one. With
    ``record_id`` or ``thing`` only what is about that record or thing.
    """
    told = DeadlineTold.objects.filter(user_id=user.pk, seen_at=None, change__lapsed_at=None).select_related("change")
    if record_id:
        told = told.filter(change__record_id=record_id)
    if thing is not None:
        told = told.filter(change__thing_type=thing._meta.label_lower, change__thing_id=str(thing.pk))
    return _folded(row.change for row in told.order_by("change_id"))


def news_on_page(user: models.Model, thing: models.Model) -> News | None:
    """Return what the page of a thing says of its running deadline: what is new to this person, or else the newest
    change, as long as the deadline runs; None: it was never moved."""
    unseen = news_for(user, thing=thing)
    return unseen[-1] if unseen else news_of(thing)


def news_of(thing: models.Model) -> News | None:
    """Return the newest change of a thing's running deadline, whoever has seen it; None: it was never moved."""
    change = (
        DeadlineChange.objects.filter(thing_type=thing._meta.label_lower, thing_id=str(thing.pk), lapsed_at=None)
        .order_by("-pk")
        .first()
    )
    return News(change, change.old_date, new=False) if change else None


def _folded(changes: Iterable[DeadlineChange]) -> list[News]:
    first: dict[tuple[str, str, str], DeadlineChange] = {}
    last: dict[tuple[str, str, str], DeadlineChange] = {}
    for change in changes:
        key = (change.thing_type, change.thing_id, change.step)
        first.setdefault(key, change)
        last[key] = change
    news = [News(last[key], first[key].old_date) for key in last]
    return sorted(news, key=lambda piece: (piece.change.new_date, piece.change.pk))
