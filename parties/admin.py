"""People, authorities, subjects and tokens as an administrator keeps them."""

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from simple_history.admin import SimpleHistoryAdmin

from journal.admin_tools import JournaledAdmin
from parties.codes import check_code
from parties.identity import check_identity_number
from parties.models import Agency, ApiToken, Authority, Subject, User
from parties.tokens import create_token, revoke_token


class PersonForm(UserChangeForm):
    """Changing an account."""


class NewPersonForm(AdminUserCreationForm):
    """Creating an account with its role."""

    class Meta(AdminUserCreationForm.Meta):
        model = User
        fields = ("username", "full_name", "role", "authority", "phone")


@admin.register(User)
class UserAdmin(JournaledAdmin, DjangoUserAdmin):
    form = PersonForm
    add_form = NewPersonForm
    readers = ("auditor",)
    list_display = ("username", "full_name", "role", "authority", "is_active", "last_login")
    list_filter = ("role", "is_active", "authority")
    search_fields = ("username", "full_name")
    ordering = ("username",)
    list_select_related = ("authority",)
    filter_horizontal = ()
    autocomplete_fields = ("authority",)
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (gettext_lazy("身份"), {"fields": ("full_name", "role", "authority", "phone", "email")}),
        (gettext_lazy("状态"), {"fields": ("is_active", "last_login", "date_joined")}),
    )
    add_fieldsets = (
        (None, {"classes": ("wide",), "fields": ("username", "full_name", "role", "authority", "phone")}),
        (gettext_lazy("密码"), {"classes": ("wide",), "fields": ("usable_password", "password1", "password2")}),
    )
    readonly_fields = ("last_login", "date_joined")

    def save_model(self, request, obj, form, change):
        # The administration pages are for administrators; every other role works on the office's own pages.
        obj.is_staff = obj.is_superuser or obj.role == User.Role.ADMINISTRATOR
        super().save_model(request, obj, form, change)


class AuthorityForm(forms.ModelForm):
    class Meta:
        model = Authority
        fields = "__all__"  # noqa: DJ007 - administrators edit every column

    def clean_code(self):
        return _checked(check_code(self.cleaned_data["code"])) if self.cleaned_data["code"] else None


@admin.register(Authority)
class AuthorityAdmin(JournaledAdmin, SimpleHistoryAdmin):
    form = AuthorityForm
    readers = ("auditor",)
    list_display = ("name", "code", "notice_prefix", "is_lead", "is_online")
    list_filter = ("is_lead", "is_online")
    search_fields = ("name", "short_name", "code")


class SubjectForm(forms.ModelForm):
    class Meta:
        model = Subject
        fields = "__all__"  # noqa: DJ007 - administrators edit every column

    def clean_code(self):
        return _checked(check_code(self.cleaned_data["code"])) if self.cleaned_data["code"] else None

    def clean_identity_number(self):
        number = self.cleaned_data.get("identity_number")
        return _checked(check_identity_number(number)) if number else None


@admin.register(Subject)
class SubjectAdmin(JournaledAdmin):
    form = SubjectForm
    readers = ("auditor",)
    list_display = ("name", "kind", "shown_code", "legal_representative")
    list_filter = ("kind",)
    search_fields = ("name", "code")
    show_full_result_count = False

    def get_fields(self, request, obj=None):
        fields = ["kind", "name", "code", "legal_representative", "address", "phone"]
        if obj is None:
            return [*fields[:3], "identity_number", *fields[3:]]
        return [*fields, "shown_code"]

    def get_readonly_fields(self, request, obj=None):
        # A number never leaves the database unmasked, and what identifies a subject is not edited away.
        return ("kind", "code", "shown_code") if obj else ()


@admin.register(Agency)
class AgencyAdmin(JournaledAdmin, SimpleHistoryAdmin):
    readers = ("auditor",)
    list_display = ("user", "subject", "title", "active")
    list_filter = ("active",)
    search_fields = ("user__username", "subject__name", "subject__code")
    autocomplete_fields = ("user", "subject")


@admin.register(ApiToken)
class ApiTokenAdmin(JournaledAdmin):
    readers = ("auditor",)
    list_display = ("name", "user", "active", "created_at", "last_used_at")
    list_filter = ("active",)
    fields = ("user", "name", "active", "created_at", "last_used_at")
    autocomplete_fields = ("user",)
    actions = ("revoke",)

    def get_readonly_fields(self, request, obj=None):
        return (
            ("user", "name", "active", "created_at", "last_used_at")
            if obj
            else ("active", "created_at", "last_used_at")
        )

    def save_model(self, request, obj, form, change):
        """Make the key and show it once; the row itself only ever holds its digest."""
        if change:
            return
        key = create_token(obj.user, obj.name, actor=request.user)
        made = ApiToken.objects.filter(user=obj.user).latest("pk")
        obj.pk, obj.digest, obj.created_at = made.pk, made.digest, made.created_at
        obj._state.adding = False
        messages.warning(request, _("新的密钥只显示这一次，请现在保存：%(key)s") % {"key": key})

    @admin.action(description=gettext_lazy("停用选中的令牌"), permissions=["change"])
    def revoke(self, request, queryset):
        for token in queryset:
            revoke_token(request.user, token)


def _checked(verdict):
    if not verdict.valid:
        raise ValidationError([reason.text for reason in verdict.reasons])
    return verdict.normalised
