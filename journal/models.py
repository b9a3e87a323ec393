"""The journal: what happened, in an order and a wording that cannot be changed unseen.

Every entry carries the hash of the entry before it, so a changed, removed or inserted line breaks the
chain (``manage.py journal verify`` names the place). ``ChainHead`` is the one row that says how long the
chain is, so a cut-off end is found as well.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _


class AppendOnlyError(Exception):
    """Someone tried to change or remove a journal line."""


class EntryQuerySet(models.QuerySet):
    """Reading only: the journal is written by :func:`journal.actions.append`."""

    def update(self, **kwargs):
        raise AppendOnlyError("The journal is append-only.")

    def delete(self):
        raise AppendOnlyError("The journal is append-only.")


class Entry(models.Model):
    """One line of the journal."""

    #: Position in the chain, from 1, without gaps.
    sequence = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField(_("时间"))
    #: Copied, not referenced: a line stays true when an account is renamed.
    actor_id = models.BigIntegerField(_("操作人编号"), null=True)
    actor_name = models.CharField(_("操作人"), max_length=200)
    verb = models.CharField(_("动作"), max_length=60)
    #: ``app.model`` and primary key of the thing it happened to.
    thing_type = models.CharField(_("对象类型"), max_length=60)
    thing_id = models.CharField(_("对象编号"), max_length=60)
    data = models.JSONField(_("内容"), default=dict)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    objects = EntryQuerySet.as_manager()

    class Meta:
        ordering = ["sequence"]
        indexes = [models.Index(fields=["thing_type", "thing_id", "sequence"], name="journal_thing")]
        verbose_name = _("日志")
        verbose_name_plural = _("日志")

    def __str__(self):
        return f"{self.sequence} {self.verb} {self.thing_type}/{self.thing_id}"

    def save(self, *args, **kwargs):
        if not kwargs.pop("appending", False):
            raise AppendOnlyError("The journal is append-only: use journal.actions.append.")
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        raise AppendOnlyError("The journal is append-only.")


class ChainHead(models.Model):
    """The end of the chain. One row, id 1; locking it gives the next number."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    sequence = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, default="0" * 64)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="journal_one_head")]

    def __str__(self):
        return f"{self.sequence} {self.hash}"
