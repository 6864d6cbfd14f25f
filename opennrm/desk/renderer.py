"""How forms become HTML: label, help, a place for the error, the control, in this order."""

from pathlib import Path

import django.forms
from django.forms.renderers import DjangoTemplates
from django.template.backends.django import DjangoTemplates as Backend
from django.utils.functional import cached_property

_OURS = Path(__file__).resolve().parent / "templates"
_DJANGO = Path(django.forms.__file__).resolve().parent / "templates"


class Renderer(DjangoTemplates):
    """Forms in the look of the desk. `{{ form }}` brings its error summary; `{{ form.as_div }}` only its fields."""

    form_template_name = "components/form.html"
    field_template_name = "components/field.html"

    @cached_property
    def engine(self) -> Backend:
        """Our widget templates first, then Django's own."""
        return Backend({"APP_DIRS": True, "DIRS": [_OURS, _DJANGO], "NAME": "forms", "OPTIONS": {}})
