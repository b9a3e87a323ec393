"""A notice is what it was when it was issued, and valid exactly until it was withdrawn."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from config.invariants.broken import Broken, row
from journal.models import Entry
from notices.freezing import digest_of
from notices.models import Notice


def notices_as_issued() -> Iterator[Broken]:
    """Every notice row says what the journal says: issued with this content, withdrawn or not."""
    lines = Entry.objects.filter(thing_type="notices.notice")
    issued = dict(lines.filter(verb="notices.issue").values_list("thing_id", "data"))
    revoked = set(lines.filter(verb__in=["notices.revoke", "notices.recall"]).values_list("thing_id", flat=True))
    for notice in Notice.objects.iterator():
        key = str(notice.pk)
        line = issued.pop(key, None)
        if line is None:
            yield Broken("notice_row", row(notice), _("文书已制发，日志里却没有。"))
        elif line.get("number") != notice.number:
            yield Broken("notice_row", row(notice), _("文号与日志里制发时的不一致。"))
        elif line.get("digest", digest_of(notice)) != digest_of(notice):
            yield Broken("notice_row", row(notice), _("内容或校验码与制发时不一致。"))
        if key in revoked and not notice.is_revoked:
            yield Broken("notice_row", row(notice), _("日志里已撤销，文书却仍标为有效。"))
        if key not in revoked and notice.is_revoked:
            yield Broken("notice_row", row(notice), _("文书标为已撤销，日志里却没有。"))
    for key, line in issued.items():
        yield Broken(
            "notice_row",
            f"notices.notice/{key}",
            _("日志里制发过%(number)s，文书却不见了。") % {"number": line.get("number", "")},
        )
