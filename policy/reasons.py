"""Coded reasons: what an officer may choose from, and how they read in the page's language."""

from collections.abc import Iterable

from django.utils.translation import get_language

from policy.models import ReasonCode


def reasons_for(verb: str, kind: str) -> list[ReasonCode]:
    """Return the active reasons of a verb (``decline``, ``request_supplement``, ``refuse``, ``send_back``,
    ``dismiss``, ``uphold``) for a kind of case (``repair``, ``objection``), in their order."""
    # A hundred rows at most: filtered here because SQLite cannot look into JSON lists.
    return [
        reason for reason in ReasonCode.objects.filter(active=True) if verb in reason.verbs and kind in reason.kinds
    ]


def as_items(codes: Iterable[str], language: str | None = None) -> list[dict[str, str]]:
    """Return ``[{code, text, cure, title, article}]`` in the given order, in the page's language or in ``language``.

    A formal notice is Chinese whatever the officer's page speaks: ask for ``language="zh-hans"`` there.
    Codes that were switched off meanwhile still read; unknown ones are left out.
    """
    wanted = list(dict.fromkeys(codes))
    found = {reason.code: reason for reason in ReasonCode.objects.filter(code__in=wanted)}
    return [as_item(found[code], language) for code in wanted if code in found]


def as_item(reason: ReasonCode, language: str | None = None) -> dict[str, str]:
    """Return one reason as ``{code, text, cure, title, article}``; see :func:`as_items`."""
    english = not (language or get_language() or "zh").startswith("zh")
    return {
        "code": reason.code,
        "text": (english and reason.text_en) or reason.text,
        "cure": (english and reason.cure_en) or reason.cure,
        "title": reason.basis_title,
        "article": reason.basis_article,
    }
