"""Offices and posts, for the administrator: who works where, a post given, a post ended. No case, and nobody's file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from opennrm.access.country import current_profile
from opennrm.access.offices import agencies, districts_of, posts_by_agency
from opennrm.access.offices import agency as find_agency
from opennrm.access.queries import account as find_account
from opennrm.access.queries import may
from opennrm.access.signing_in.disowning import open_reports, reports_for, said_of, settle
from opennrm.access.signing_in.lockout import unlock
from opennrm.access.signing_in.sessions import end_sessions
from opennrm.access.staffing import add_post, end_post, give_password, members, new_password, reset_sign_in
from opennrm.desk.signing_in.lately import words_of
from opennrm.kernel.errors import NotAllowed, SourceProblem
from opennrm.kernel.text import say
from opennrm.workflow.pages import StepForm, found, in_language, labelled, viewer
from opennrm.workflow.wording import worded

if TYPE_CHECKING:
    from opennrm.access.models import Account, Disowned, Membership

GIVE, END = say("Give a post"), say("End a post")
GIVES = say("The person can do what the role allows from the next page on. It is recorded.")
HELP = say("Help with signing in")
HELPS = say(
    "Make sure that it is really your colleague who asks: by face or voice, never by mail. With a new password the "
    "person is signed out everywhere. Everything is recorded."
)
ENDS = say("It ends at once. What was written stays; files that the person leads must be handed over by the office.")


class PostForm(StepForm):
    """Whom, where, as what."""

    account = forms.ChoiceField(label=_("Who?"))
    agency = forms.ChoiceField(label=_("At which office?"))
    role = forms.ChoiceField(label=_("In which role?"))
    discipline = forms.ChoiceField(
        label=_("For which discipline?"), required=False, help_text=_("Only for a seat on the panel.")
    )

    def __init__(self, *args: Any, by: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        profile, empty = current_profile(), [("", _("Choose"))]
        others = [one for one in members() if one.is_active and one.pk != by.pk]  # nobody gives herself access
        _choose(self, "account", empty + [(one.code, f"{one.name} ({one.sign_in})") for one in others])
        _choose(self, "agency", empty + [(one.code, str(one)) for one in agencies()])
        _choose(self, "role", labelled(((r.id, r.label) for r in profile.roles.values()), empty=_("Choose")))
        disciplines = ((code, one.label) for code, one in profile.disciplines.items())
        _choose(self, "discipline", labelled(disciplines, empty=_("None")))


class EndForm(StepForm):
    """Which post ends."""

    post = forms.ChoiceField(label=_("Which post?"))

    def __init__(self, *args: Any, held: list[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "post", [("", _("Choose")), *((str(one.pk), f"{_post(one)}, {one.agency}") for one in held)])


class HelpForm(StepForm):
    """Who cannot sign in, and what helps."""

    account = forms.ChoiceField(label=_("Who?"))
    what = forms.ChoiceField(
        label=_("What helps?"),
        widget=forms.RadioSelect,
        choices=[
            ("password", _("A new password; the second factor stays")),
            ("factors", _("A new password, and the second factor is set up anew")),
            ("unlock", _("To try again at once, after too many attempts")),
            ("sessions", _("To be signed out everywhere: a device was lost, or somebody else sits there")),
        ],
    )

    def __init__(self, *args: Any, by: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # One administrator alone can neither lock another one out nor take her place: that is done at the server.
        others = [one for one in members() if one.is_active and one.pk != by.pk and not may(one, "accounts.manage")]
        _choose(self, "account", [("", _("Choose")), *((one.code, f"{one.name} ({one.sign_in})") for one in others)])


@require_http_methods(["GET"])
def offices(request: HttpRequest) -> HttpResponse:
    """Every office with what it serves and who works there."""
    account = viewer(request)
    found(may(account, "accounts.manage") or None)
    held = posts_by_agency()
    districts = current_profile().districts
    listed = [
        {
            "agency": one,
            "kind": in_language(current_profile().agency_kinds[one.kind].label),
            "districts": [in_language(districts[d].label) for d in districts_of(one) if d in districts],
            "posts": [_post(post) for post in held.get(one.pk, [])],
        }
        for one in agencies()
    ]
    return render(request, "offices.html", {"offices": listed, "reports": _reports(open_reports(), account)})


@require_http_methods(["GET", "POST"])
def give(request: HttpRequest) -> HttpResponse:
    """Give somebody a post."""
    account = viewer(request)
    found(may(account, "accounts.manage") or None)
    form = PostForm(request.POST or None, by=account)
    if form.is_valid():
        given = form.cleaned_data
        whom, where = found(find_account(given["account"])), found(find_agency(given["agency"]))
        try:
            add_post(whom, where, given["role"], discipline=given["discipline"], by=account)
        except (SourceProblem, NotAllowed) as refusal:
            form.refuse(worded(refusal.what), "discipline" if given["discipline"] else "role")
        else:
            messages.success(request, _("The post was given."))
            return redirect("offices")
    return _page(request, form, GIVE, GIVES)


@require_http_methods(["GET", "POST"])
def end(request: HttpRequest) -> HttpResponse:
    """End somebody's post. One's own is ended by another administrator, so that one is always left."""
    account = viewer(request)
    found(may(account, "accounts.manage") or None)
    held = [post for posts in posts_by_agency().values() for post in posts if post.account_id != account.pk]
    form = EndForm(request.POST or None, held=held)
    if form.is_valid():
        end_post(next(post for post in held if str(post.pk) == form.cleaned_data["post"]), by=account)
        messages.success(request, _("The post was ended."))
        return redirect("offices")
    return _page(request, form, END, ENDS)


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def sign_in_of_colleague(request: HttpRequest) -> HttpResponse:
    """Help a colleague to sign in again. A new password is shown once, to be handed over in person."""
    account = viewer(request)
    found(may(account, "accounts.manage") or None)
    form = HelpForm(request.POST or None, by=account)
    if not form.is_valid():
        return _page(request, form, HELP, HELPS)
    colleague = found(find_account(form.cleaned_data["account"]))
    what, made = form.cleaned_data["what"], ""
    if what == "unlock":
        unlock(colleague, by=account)
    elif what == "sessions":
        end_sessions(colleague, by=account)
    else:
        made = new_password()
        (reset_sign_in if what == "factors" else give_password)(colleague, made, by=account)
    page = {"colleague": colleague, "made": made, "what": what}
    return render(request, "signing_in/helped.html", page)


@require_http_methods(["GET"])
def reports(request: HttpRequest) -> HttpResponse:
    """What the only administrator said was not her, for who oversees the trail: nobody else is left to look into it."""
    account = viewer(request)
    found(may(account, "audit.read") or None)
    return render(request, "signing_in/overseen.html", {"reports": _reports(reports_for(account), account)})


@require_http_methods(["POST"])
def settled(request: HttpRequest) -> HttpResponse:
    """Somebody looked into what a colleague said was not her."""
    account = viewer(request)
    is_administrator = may(account, "accounts.manage")
    found((is_administrator or may(account, "audit.read")) or None)
    settle(request.POST.get("report", ""), by=account)
    messages.success(request, _now("It is noted that you looked into it."))
    return redirect("offices" if is_administrator else "sign_in_reports")


def _reports(found_ones: list[Disowned], account: Account) -> list[dict[str, Any]]:
    return [
        {
            "code": one.code,
            "account": one.account,
            "words": words_of(one.what, said_of(one)),
            "at": one.at,
            "may_settle": one.account_id != account.pk,
        }
        for one in found_ones
    ]


def _page(request: HttpRequest, form: StepForm, heading: object, explains: object) -> HttpResponse:
    do = heading if heading in {GIVE, END} else None
    page = {"form": form, "heading": heading, "explains": explains, "do": do, "back": reverse("offices")}
    return render(request, "step_page.html", page, status=400 if form.is_bound else 200)


def _post(post: Membership) -> str:
    profile = current_profile()
    role = in_language(profile.roles[post.role].label) if post.role in profile.roles else post.role
    return f"{post.account.name} ({post.account.sign_in}): {role}"


def _choose(form: StepForm, name: str, choices: list[tuple[str, Any]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices
