"""Looking at notices in the administration. Nothing is changed here: the verbs are in :mod:`notices.actions`."""

from django.contrib import admin

from notices.models import Notice, NumberCounter, ProofOfService


class ReadOnlyAdmin(admin.ModelAdmin):
    """Shows rows; adds, changes and deletes nothing."""

    def has_add_permission(self, request) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False


@admin.register(Notice)
class NoticeAdmin(ReadOnlyAdmin):
    """Every notice, with its state and the state of its PDF. Check codes and leases are nobody's reading."""

    list_display = ("number", "kind", "issuer", "addressee", "issued_at", "status", "rendering", "attempts")
    list_filter = ("kind", "status", "rendering", "year")
    list_select_related = ("issuer", "addressee")
    search_fields = ("number", "addressee__name", "addressee__code")
    date_hierarchy = "issued_at"
    exclude = ("check_code", "lease", "leased_until")


@admin.register(ProofOfService)
class ProofOfServiceAdmin(ReadOnlyAdmin):
    """When and how each notice reached its addressee."""

    list_display = ("notice", "method", "served_at", "received_by_name")
    list_select_related = ("notice",)
    search_fields = ("notice__number", "received_by_name")


@admin.register(NumberCounter)
class NumberCounterAdmin(ReadOnlyAdmin):
    """The last number of each series and year."""

    list_display = ("series", "year", "last")
    list_filter = ("year",)
