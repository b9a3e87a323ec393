"""What every room's administration pages share: who may enter, and a journal line for every change."""

from typing import Any

from django.contrib import admin
from django.db import transaction

from journal.actions import append

#: Never written into the journal, whoever changes them.
SECRET_FIELDS = {"password", "digest", "identity_number"}


class RoleAdmin(admin.ModelAdmin):
    """Opens to administrators; ``readers`` are further roles that may look."""

    readers: tuple[str, ...] = ()

    def _administers(self, request) -> bool:
        user = request.user
        return user.is_active and (user.is_superuser or getattr(user, "role", "") == "administrator")

    def _reads(self, request) -> bool:
        return self._administers(request) or getattr(request.user, "role", "") in self.readers

    def has_module_permission(self, request):
        return self._reads(request)

    def has_view_permission(self, request, obj=None):
        return self._reads(request)

    def has_add_permission(self, request):
        return self._administers(request)

    def has_change_permission(self, request, obj=None):
        return self._administers(request)

    def has_delete_permission(self, request, obj=None):
        """Nothing is deleted: switch it off instead."""
        return False


class ReadOnlyAdmin(RoleAdmin):
    """For looking only."""

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False


class JournaledAdmin(RoleAdmin):
    """Writes a journal line, with old and new values, for everything an administrator adds or changes."""

    def save_model(self, request, obj, form, change):
        before = type(obj)._base_manager.filter(pk=obj.pk).first() if change else None
        request.journal_fields = _changes(before, obj, form.changed_data)
        super().save_model(request, obj, form, change)

    def log_addition(self, request, obj, message):
        self._tell(request, "add", obj, message)
        return super().log_addition(request, obj, message)

    def log_change(self, request, obj, message):
        self._tell(request, "change", obj, message)
        return super().log_change(request, obj, message)

    def _tell(self, request, verb: str, obj, message) -> None:
        data = {"fields": getattr(request, "journal_fields", {}), "message": message}
        with transaction.atomic():
            append(request.user, f"{obj._meta.app_label}.admin_{verb}", obj, data)


def _changes(before, obj, names) -> dict[str, Any]:
    """Return ``{field: [old, new]}`` of the plain fields that changed; secrets only say that they changed."""
    changes = {}
    for name in names:
        field = next((field for field in obj._meta.concrete_fields if field.name == name), None)
        if field is None:
            continue
        if name in SECRET_FIELDS:
            changes[name] = ["***", "***"]
            continue
        old = field.value_from_object(before) if before is not None else None
        new = field.value_from_object(obj)
        changes[name] = [_plain(old), _plain(new)]
    return changes


def _plain(value):
    return value if value is None or isinstance(value, bool | int | str | list | dict) else str(value)
