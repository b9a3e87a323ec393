"""The publicity line: from the decision to the automatic stop, with today on it, drawn on the server."""

from datetime import date

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from portal import wording


def draw_line(*, start: date, earliest: date, until: date | None, removed: date | None, today: date) -> SafeString:
    """Return the line as HTML.

    Takes the first day of publicity (or the decision's day), the first day on which a repair may be applied
    for, the last day of publicity (``None``: not limited or not publicised), the day it was removed (``None``:
    it was not) and today. Positions are percentages of the whole span.
    """
    end = max(until or earliest, earliest)
    span = max((end - start).days, 1)

    def at(day: date) -> float:
        return round(min(max((day - start).days / span, 0), 1) * 100, 1)

    if removed:
        now = _("已于 %(day)s 终止公示") % {"day": wording.day_in_words(removed, weekday=False)}
    elif today > end and until:
        now = _("今天 %(day)s，公示期已满") % {"day": wording.day_in_words(today)}
    else:
        now = _("今天 %(day)s") % {"day": wording.day_in_words(today)}
    return render_to_string(
        "parts/publicity_line.html",
        {
            "start": start,
            "earliest": earliest,
            "until": until,
            "now_words": now,
            # Text, not numbers: a drawing's percentages never take the language's decimal sign.
            "earliest_at": f"{at(earliest):.1f}",
            "open_width": f"{100 - at(earliest):.1f}",
            "now_at": f"{at(removed or today):.1f}",
        },
    )
