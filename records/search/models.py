"""What the public register's search walks."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from parties.models import Subject


class RegisterName(models.Model):
    """One ending of one name of a subject that has something in the public register.

    Worked out from the records and never the only place of anything: ``manage.py register_names`` makes all of it
    again. A row left over harms nobody, because what is shown comes from the records alone. Bytes, because every
    database orders bytes alike, whatever its collation.
    """

    ending = models.BinaryField(_("名称的后段"), max_length=600)
    #: No constraint in the database: rows come by the million, and subjects are never deleted.
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+", db_constraint=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ending", "subject"], name="records_register_name")]
        verbose_name = _("公示名称")
        verbose_name_plural = _("公示名称")

    def __str__(self):
        return bytes(self.ending).decode()
