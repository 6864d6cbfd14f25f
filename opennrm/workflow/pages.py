"""What every room's pages share: the record or no such page, a language for labels, forms that are sent once."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar, cast

from django import forms
from django.forms.fields import Field
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.choices import BaseChoiceIterator
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from opennrm.access.queries import may
from opennrm.kernel.errors import NotAllowed
from opennrm.kernel.label import Label
from opennrm.kernel.text import Sentence
from opennrm.workflow.living import Living
from opennrm.workflow.wording import worded

if TYPE_CHECKING:
    from opennrm.access.models import Account

Record = TypeVar("Record")

# The hidden field that says, signed, whose form it is; and the one that makes a double click arrive once.
SENDER_FIELD, SENDER_SALT = "written_by", "opennrm.form"


def found(record: Record | None) -> Record:
    """The record, or: there is no such page. What one may not see does not exist."""
    if record is None:
        raise Http404
    return record


def viewer(request: HttpRequest) -> Account:
    """The account that looks. Pages without one are reached by nobody who is not signed in."""
    return cast("Account", request.user)


def in_language(label: Label) -> str:
    """A label of the profile in the reader's language."""
    return label.in_(get_language() or "en")


def labelled(items: Iterable[tuple[str, Label]], *, empty: Any = None) -> list[tuple[str, Any]]:
    """Choices of a form field, with the profile's labels, optionally after an empty one."""
    choices: list[tuple[str, Any]] = [(code, in_language(label)) for code, label in items]
    return choices if empty is None else [("", empty), *choices]


class Offered(BaseChoiceIterator):
    """Choices as a field takes them, pairs and no groups: no form need go through them again."""

    def __init__(self, choices: Iterable[tuple[str, Any]]) -> None:
        self._pairs = tuple(choices)

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        return iter(self._pairs)

    def __len__(self) -> int:
        return len(self._pairs)

    def __deepcopy__(self, memo: object) -> Offered:
        return self


def sealed_once() -> str:
    """The key of a form, made when it is opened."""
    return uuid.uuid4().hex


class StepForm(forms.Form):
    """A form of a step: everything trimmed, nothing offered by the browser, and a key so that it is sent once."""

    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["key"].initial = sealed_once()
        self.use_required_attribute = False

    def full_clean(self) -> None:
        """Say of each field by its own name that it is needed, also of fields that a form adds later."""
        for field in self.fields.values():
            if field.required and field.error_messages["required"] == Field.default_error_messages["required"]:
                field.error_messages["required"] = _("“%(field)s” is not answered yet.") % {"field": field.label}
        super().full_clean()

    def uses(self, *names: str) -> bool:
        """Whether one of these fields holds something or is wrong: then the folded part they stand in is open."""
        return any(self[name].errors or self[name].value() for name in names if name in self.fields)

    def refuse(self, reason: str | Sentence, field: str | None = None) -> None:
        """Show a refusal of an action at the form, in the reader's language."""
        self.add_error(field, worded(reason))


def device_moment(said: str) -> datetime | None:
    """What the clock of somebody's device said, in UTC; what is no moment is left out, for nobody typed it."""
    try:
        moment = datetime.fromisoformat(said)
        return moment.astimezone(UTC) if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None


def device_time() -> forms.CharField:
    """A hidden field that a script fills with the time of the device when the form is sent."""
    return forms.CharField(widget=forms.HiddenInput(attrs={"data-device-time": ""}), required=False, max_length=40)


def long_text(**kwargs: Any) -> forms.CharField:
    """A field for words that will be sealed."""
    rows = kwargs.pop("rows", 4)
    return forms.CharField(widget=forms.Textarea(attrs={"rows": rows}), max_length=20_000, **kwargs)


def step_page(
    request: HttpRequest,
    record: Living,
    action: str,
    form: StepForm,
    act: Callable[[], object],
    *,
    back: str,
    explains: Sentence | None = None,
    template: str = "step_page.html",
    **more: Any,
) -> HttpResponse:
    """The page of one step: its form, what it brings about, why it is refused. None without the permission.

    act is called once the form is valid. What it refuses stands at the form, and what was written stays.
    """
    try:
        transition = record.machine.find(record.state, action)
    except NotAllowed as refusal:
        return refused(request, refusal.reason, back=back)
    found(may(viewer(request), transition.may, record) or None)
    return form_page(
        request,
        form,
        act,
        back=back,
        heading=transition.label,
        do=transition.label,
        explains=explains,
        template=template,
        record=record,
        **more,
    )


def form_page(
    request: HttpRequest,
    form: StepForm,
    act: Callable[[], object],
    *,
    back: str,
    template: str = "step_page.html",
    **more: Any,
) -> HttpResponse:
    """A form over one record: act when it is valid, then go back; otherwise show what is wrong.

    do, among the rest: what the button says that it does; without it the button says “Confirm”.
    """
    if form.is_valid():
        try:
            act()
        except NotAllowed as refusal:
            form.refuse(refusal.reason)
        else:
            return redirect(back)
    page = {"form": form, "back": back} | more
    return render(request, template, page, status=400 if form.is_bound else 200)


def refused(request: HttpRequest, reason: str | Sentence, *, back: str) -> HttpResponse:
    """A plain page that says why something is not possible now."""
    return render(request, "refused.html", {"reason": reason, "back": back}, status=409)


def plain_step(
    request: HttpRequest, record: Living, action: str, act: Callable[[], object], **page: Any
) -> HttpResponse:
    """The page of a step that asks nothing but to be confirmed."""
    return step_page(request, record, action, StepForm(request.POST or None), act, **page)


def plain_page(request: HttpRequest, act: Callable[[], object], **page: Any) -> HttpResponse:
    """The page of an act that asks nothing but to be confirmed."""
    return form_page(request, StepForm(request.POST or None), act, **page)
