"""How forms look: our own field templates."""

from django.forms.renderers import TemplatesSetting


class PageFormRenderer(TemplatesSetting):
    """Renders every form field with the templates in ``templates/forms/``."""

    field_template_name = "forms/field.html"
