"""青屿区图书馆 and its overdue reader (信易阅): reminded first, then recorded, never publicised."""

from datetime import date, timedelta
from decimal import Decimal

from config.demo.office import LIBRARY, reader_number
from journal import actions as journal
from parties.models import Agency, Authority, Subject, User
from policy.dates import say_short
from records import actions as records
from records.canonical import CanonicalRecord
from records.life.models import PriorReminder

READER = "程一帆"
#: Reminded by text message so many days ago, overdue ever since.
REMINDED_DAYS_AGO = 140


def load_reader(today: date) -> int:
    """Load one reader with a recorded matter and one he is being reminded of; return how many records are new.

    The number is valid in form and of nobody: no place has the region 370299.
    """
    library = Authority.objects.get(name=LIBRARY)
    if PriorReminder.objects.filter(authority=library).exists():
        return 0
    reminded = today - timedelta(days=REMINDED_DAYS_AGO)
    decided = reminded + timedelta(days=40)
    with journal.journalled():
        records.remind_first(
            None,
            library,
            name=READER,
            identity_number=reader_number(),
            document_number=f"青图借〔{decided.year}〕15号",
            matter="所借图书2册逾期未还。",
            earlier=reminded,
            means="短信",
        )
        outcome, record, reasons = records.register(_row(library, decided), None, None)
        if outcome != "taken":
            raise RuntimeError(f"The reader's record was not taken in: {[str(reason.text) for reason in reasons]}")
        subject = Subject.objects.get(pk=record.subject_id)
        Agency.objects.get_or_create(
            user=User.objects.get(username="reader"), subject=subject, defaults={"title": "本人"}
        )
        records.remind_first(
            None,
            library,
            name=READER,
            identity_number=reader_number(),
            document_number=f"青图借〔{today.year}〕88号",
            matter=f"所借图书1册，应于{say_short(today - timedelta(days=9))}归还，至今未还。",
        )
    return 1


def _row(library: Authority, decided: date) -> CanonicalRecord:
    return CanonicalRecord(
        subject_name=READER,
        subject_kind="person",
        identity_number=reader_number(),
        authority_name=library.name,
        authority_code=library.code,
        data_provider=library.name,
        document_number=f"青图借〔{decided.year}〕15号",
        category="其他-停止借阅",
        violation_type="图书逾期不还，经提醒仍不改正",
        facts="读者所借图书2册逾期，经短信提醒，期限过后仍未归还。",
        legal_basis="《青屿区图书馆读者借阅规则》",
        content="停止借阅，直至归还图书。",
        fine_amount=Decimal(0),
        decision_date=decided,
        sector="library",
    )
