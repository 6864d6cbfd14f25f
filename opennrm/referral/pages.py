"""A page that referrals and reports of sites share: going on in the place of the colleague who took one over."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from opennrm.kernel.errors import NotAllowed
from opennrm.referral.forms import InsteadForm
from opennrm.referral.rules import Instead
from opennrm.referral.shown import TAKE_ON, take_on_means
from opennrm.workflow.pages import viewer

if TYPE_CHECKING:
    from opennrm.access.models import Account
    from opennrm.workflow.living import Living


def in_colleagues_place(
    request: HttpRequest, held: Living, act: Callable[[Instead, Account], object], *, to: str
) -> HttpResponse:
    """Ask why, act, and go to the record, which opens only then."""
    form = InsteadForm(request.POST or None)
    if form.is_valid():
        try:
            act(Instead(form.cleaned_data["reason"]), viewer(request))
        except NotAllowed as refusal:
            form.refuse(refusal.reason)
        else:
            return redirect(to)
    holder: Account | None = getattr(held, "holder", None)
    means = take_on_means(holder.name) if holder else None
    page = {"form": form, "back": reverse("clocks"), "heading": TAKE_ON, "explains": means, "record": held}
    return render(request, "step_page.html", page, status=400 if form.is_bound else 200)
