"""The journal can be read here, and nothing else."""

from django.contrib import admin

from journal.admin_tools import ReadOnlyAdmin
from journal.models import ChainHead, Entry


@admin.register(Entry)
class EntryAdmin(ReadOnlyAdmin):
    readers = ("auditor",)
    list_display = ("sequence", "at", "actor_name", "verb", "thing_type", "thing_id")
    list_filter = ("verb",)
    search_fields = ("thing_id", "actor_name", "verb")
    ordering = ("-sequence",)
    show_full_result_count = False


@admin.register(ChainHead)
class ChainHeadAdmin(ReadOnlyAdmin):
    readers = ("auditor",)
    list_display = ("sequence", "hash")
