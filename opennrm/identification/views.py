"""Pages of a case's steps. The case page itself is composed by the desk, from every room."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from opennrm.access.queries import account as find_account
from opennrm.access.queries import may, reads_class, sight_of
from opennrm.identification import actions, queries
from opennrm.identification.forms import (
    HandOverForm,
    InformForm,
    LinkForm,
    OpinionForm,
    PanelForm,
    ReviewForm,
    RulingForm,
    SafeguardForm,
)
from opennrm.identification.rules.guards import points_the_other_way
from opennrm.identification.shown import (
    BEGIN_ASSESSMENT,
    HAND_OVER,
    HAND_OVER_HEADING,
    INFORM,
    LINK,
    OPEN_CASE,
    OPINION,
    PANEL,
    PROTECT,
    REVIEW,
    REVIEW_IS,
    RULING,
    RULING_DIFFERS,
    SAFEGUARD,
    SAFEGUARD_IS,
    UNLINK,
)
from opennrm.kernel.codes import AgeBand, Outcome
from opennrm.parties.pages import reveal_page
from opennrm.referral.queries import referral as find_referral
from opennrm.screening.shown import seen_screening
from opennrm.workflow.actions import read_file
from opennrm.workflow.pages import StepForm, form_page, found, step_page, viewer


@require_http_methods(["GET", "POST"])
def open_case(request: HttpRequest, code: str) -> HttpResponse:
    """The referral becomes a case."""
    account = viewer(request)
    referral = found(find_referral(code, account))
    form = StepForm(request.POST or None)
    opened: list[str] = []
    response = step_page(
        request,
        referral,
        "accept",
        form,
        lambda: opened.append(actions.open_case(referral, by=account).code),
        back=reverse("referral:detail", args=[code]),
        explains=OPEN_CASE,
    )
    return redirect("case", *opened) if opened else response


@require_http_methods(["GET", "POST"])
def link_referral(request: HttpRequest, code: str) -> HttpResponse:
    """The person has an open case already: join the referral to it."""
    account = viewer(request)
    referral = found(find_referral(code, account))
    form = LinkForm(request.POST or None, cases=queries.cases_to_link(referral, account))

    def act() -> None:
        actions.link_referral(referral, form.case(), by=account)
        messages.success(request, gettext("The referral was joined to the case."))

    return step_page(request, referral, "link", form, act, back=_after_link(code, request), explains=LINK)


@require_http_methods(["GET", "POST"])
def part_referral(request: HttpRequest, code: str) -> HttpResponse:
    """The link to the case was a mistake: the referral gets a file of its own again."""
    account = viewer(request)
    referral = found(find_referral(code, account))
    case = queries.case_of_file(referral.file_code, account)
    form = StepForm(request.POST or None)

    def act() -> None:
        actions.part_referral(referral, found(case), by=account)

    back = _case(case.code) if case else reverse("referral:detail", args=[code])
    return step_page(request, referral, "unlink", form, act, back=back, explains=UNLINK)


@require_http_methods(["GET", "POST"])
def hand_over(request: HttpRequest, code: str) -> HttpResponse:
    """Give the case to another lead."""
    account = viewer(request)
    case = found(queries.case_file(code, account)).case
    found(may(account, "case.lead", case) or None)
    form = HandOverForm(request.POST or None, present=case.lead, agency=case.agency)

    def act() -> None:
        actions.hand_over(case, found(find_account(form.cleaned_data["lead"])), by=account)

    stays = case.lead_id != account.pk
    back = _case(code) if stays else reverse("worklist")
    return form_page(request, form, act, back=back, heading=HAND_OVER_HEADING, explains=HAND_OVER, record=case)


@require_http_methods(["GET", "POST"])
def inform(request: HttpRequest, code: str) -> HttpResponse:
    """Who was informed of the case, how and when."""
    account = viewer(request)
    file = found(queries.case_file(code, account))
    done = frozenset(n.participant for n in file.notifications)
    form = InformForm(request.POST or None, age_band=AgeBand(file.case.age_band), done=done)

    def act() -> None:
        actions.inform_participants(file.case, form.informed(), by=account)

    return step_page(request, file.case, "inform_participants", form, act, back=_case(code), explains=INFORM)


@require_http_methods(["GET", "POST"])
def protect(request: HttpRequest, code: str) -> HttpResponse:
    """Urgent protection before anything is assessed."""
    account = viewer(request)
    file = found(queries.case_file(code, account))

    def act() -> None:
        actions.protect_urgently(file.case, by=account)

    form = StepForm(request.POST or None)
    return step_page(request, file.case, "protect_urgently", form, act, back=_case(code), explains=PROTECT)


@require_http_methods(["GET", "POST"])
def assess(request: HttpRequest, code: str) -> HttpResponse:
    """The assessment begins."""
    account = viewer(request)
    file = found(queries.case_file(code, account))

    def act() -> None:
        actions.begin_assessment(file.case, by=account)

    form = StepForm(request.POST or None)
    return step_page(request, file.case, "begin_assessment", form, act, back=_case(code), explains=BEGIN_ASSESSMENT)


@require_http_methods(["GET", "POST"])
def assign_panel(request: HttpRequest, code: str) -> HttpResponse:
    """Appoint the panel."""
    account = viewer(request)
    decision = found(queries.decision(code, account))
    form = PanelForm(request.POST or None, lead=decision.case.lead)

    def act() -> None:
        actions.assign_panel(decision, form.seats(), by=account)

    return step_page(request, decision, "assign_panel", form, act, back=_case(decision.case.code), explains=PANEL)


@require_http_methods(["GET", "POST"])
def give_opinion(request: HttpRequest, code: str) -> HttpResponse:
    """Write one's opinion, beside the screening, without seeing the others'."""
    account = viewer(request)
    decision = found(queries.decision(code, account))
    sees = sight_of(account, decision)
    found(queries.OPINIONS in sees or None)
    seen = seen_screening(decision.case.referral.screening, sees)
    form = OpinionForm(request.POST or None, signs=seen.signs_present if seen else [])
    read_file(decision, by=account, purpose="opinion")

    def act() -> None:
        actions.record_opinion(decision, form.opinion(), by=account)

    return step_page(
        request,
        decision,
        "give_opinion",
        form,
        act,
        back=_case(decision.case.code),
        explains=OPINION,
        template="identification/opinion.html",
        seen=seen,
    )


def identify(request: HttpRequest, code: str) -> HttpResponse:
    """Decide: identified."""
    return _decide(request, code, Outcome.IDENTIFIED, "identify")


def decline(request: HttpRequest, code: str) -> HttpResponse:
    """Decide: not identified."""
    return _decide(request, code, Outcome.NOT_IDENTIFIED, "decline")


def defer(request: HttpRequest, code: str) -> HttpResponse:
    """Decide: deferred, to a date and with questions."""
    return _decide(request, code, Outcome.DEFERRED, "defer")


@require_http_methods(["GET", "POST"])
def reveal(request: HttpRequest, code: str) -> HttpResponse:
    """Open the sealed name for a purpose."""
    account = viewer(request)
    file = found(queries.case_file(code, account))
    return reveal_page(request, file.case.person, by=account, back=_case(code))


@require_http_methods(["GET", "POST"])
def _decide(request: HttpRequest, code: str, outcome: Outcome, action: str) -> HttpResponse:
    account = viewer(request)
    decision = found(queries.decision(code, account))
    found(queries.reads_rulings(decision, account) or None)
    differs = points_the_other_way(decision.case.referral.screening.advice, outcome)
    form = RulingForm(request.POST or None, outcome=outcome, is_child=decision.case.is_child, differs=differs)

    def act() -> None:
        actions.decide(decision, form.ruling(), by=account)

    explains = RULING_DIFFERS if differs else RULING
    return step_page(request, decision, action, form, act, back=_case(decision.case.code), explains=explains)


@require_http_methods(["GET", "POST"])
def safeguard(request: HttpRequest, code: str) -> HttpResponse:
    """The guardian and the best interests of a child."""
    account = viewer(request)
    decision = found(queries.decision(code, account))
    found((queries.needs_safeguard(decision) and may(account, "case.decide", decision)) or None)
    found(reads_class(account, "child_and_family_data", decision) or None)
    form = SafeguardForm(request.POST or None)

    def act() -> None:
        given = form.cleaned_data
        actions.record_safeguard(
            decision, guardian=given["guardian"], best_interests=given["best_interests"], by=account
        )

    return form_page(
        request, form, act, back=_case(decision.case.code), heading=SAFEGUARD, explains=SAFEGUARD_IS, record=decision
    )


@require_http_methods(["GET", "POST"])
def review(request: HttpRequest, code: str) -> HttpResponse:
    """A second look at a decision that differs from the screening."""
    account = viewer(request)
    ruling = found(queries.ruling(code, account))
    decision = ruling.decision
    found((ruling.differs and may(account, "case.lead", decision)) or None)
    form = ReviewForm(request.POST or None)

    def act() -> None:
        actions.review(ruling, note_of=form.cleaned_data["note"], by=account)

    return form_page(
        request, form, act, back=_case(decision.case.code), heading=REVIEW, explains=REVIEW_IS, record=decision.case
    )


def _after_link(code: str, request: HttpRequest) -> str:
    """Back to the referral; once it is linked, its file may not be this officer's any more."""
    return reverse("worklist") if request.method == "POST" else reverse("referral:detail", args=[code])


def _case(code: str) -> str:
    return reverse("case", args=[code])
