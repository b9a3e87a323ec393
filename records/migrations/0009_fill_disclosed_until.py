from datetime import date

from django.db import migrations
from django.db.models import F

LIVE = ["registered", "publicised", "withheld", "deferred"]
BATCH = 1000


def fill(apps, schema_editor):
    """Records of before: publicity's last day; of what is not publicised, the provincial cap from the conduct's end.

    As policy/publicity.py works it out for new ones. Without the rule in the tables there is no last day.
    """
    Record = apps.get_model("records", "AdverseRecord")
    Record.objects.filter(publicity_until__isnull=False).update(disclosed_until=F("publicity_until"))
    caps = apps.get_model("policy", "Rule").objects.filter(key="publicity.province_cap_years", active=True, sectors=[])
    cap = caps.order_by("-effective_from").first()
    if cap is None:
        return
    batch = []
    waiting = Record.objects.filter(publicity_until__isnull=True, status__in=LIVE)
    for record in waiting.only("conduct_ended", "decision_date").iterator(chunk_size=BATCH):
        start = record.conduct_ended or record.decision_date
        year = start.year + int(cap.value)
        leap_day = start.month == 2 and start.day == 29
        record.disclosed_until = date(year, 2, 28) if leap_day and year % 4 else start.replace(year=year)
        batch.append(record)
        if len(batch) == BATCH:
            Record.objects.bulk_update(batch, ["disclosed_until"])
            batch = []
    Record.objects.bulk_update(batch, ["disclosed_until"])


class Migration(migrations.Migration):
    dependencies = [("records", "0008_disclosed_until"), ("policy", "0001_initial")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=True)]
