"""Pages of a referral: sending, its receipt, what the receiving office does with it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from opennrm.access.offices import agency
from opennrm.access.queries import may, reads_class, sight_of, ties_read_once
from opennrm.kernel.codes import AgeBand
from opennrm.kernel.errors import NotAllowed
from opennrm.parties.pages import reveal_page
from opennrm.parties.queries import consents, contact_rule
from opennrm.parties.rules import NOBODY
from opennrm.referral import actions, matching, queries, sending
from opennrm.referral.forms import (
    CHANNELS,
    AnswerForm,
    AttemptForm,
    ContactForm,
    CountForm,
    LetterForm,
    QuestionForm,
    ReasonForm,
    RedirectForm,
    VerdictForm,
)
from opennrm.referral.pages import in_colleagues_place
from opennrm.referral.rules import Verdict, tells_another_time
from opennrm.referral.shown import (
    ANSWER_MATCH,
    ASK,
    ASK_LEAD,
    ASK_LEAD_MEANS,
    ATTEMPT,
    CLOSE,
    CONTACT,
    CONTACT_MEANS,
    OUTCOME_TOLD,
    PASS_ON,
    SIGNS,
    TAKE_OVER,
    WITHDRAW,
    basis_words,
    kept_of,
    letter_page,
    matches_shown,
)
from opennrm.screening.queries import reading_of
from opennrm.screening.queries import screening as find_screening
from opennrm.screening.rules import Advice
from opennrm.screening.shown import seen_screening
from opennrm.workflow.actions import read_file
from opennrm.workflow.pages import device_moment, form_page, found, plain_page, plain_step, step_page, viewer
from opennrm.workflow.queries import clocks_of

if TYPE_CHECKING:
    from opennrm.referral.models import Referral
    from opennrm.screening.models import Screening

CONTACT_CLASS = "contact_and_whereabouts"


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, code: str) -> HttpResponse:
    """Everything a sender writes, on one page, sent once however often the button is pressed."""
    account = viewer(request)
    with ties_read_once():
        screening = find_screening(code, account)
        is_open = screening is not None and may(account, "referral.submit", screening)
    # A form is sent without asking whether it was sent before, for the action finds that out.
    if (request.method == "GET" or not is_open) and (sent := queries.sent_from(code, account)):
        return redirect("referral:receipt", sent.code)
    screening = found(screening if is_open else None)
    sends = request.method == "POST" and "look" not in request.POST
    # What is sent shows whether its page asked for a reason; whether one is needed now is for the action to say.
    form = _letter_form(request, screening, needs_reason="anyway_reason" in request.POST if sends else None)
    if form.is_valid():
        written = {name: value for name, value in form.cleaned_data.items() if name != "device_at"}
        content = json.dumps([code, written], sort_keys=True, default=str).encode()
        key, device_at = written["key"], device_moment(form.cleaned_data["device_at"])
        try:
            sent = sending.submit(screening, form.letter(), by=account, key=key, content=content, device_at=device_at)
        except NotAllowed as refusal:
            form = _letter_form(request, screening)  # with the field for the reason, if one is needed by now
            if "anyway_reason" not in form.errors:
                form.refuse(refusal.reason)
        else:
            return redirect("referral:receipt", sent.code)
    if form.is_bound and (sent := queries.sent_from(code, account)):  # another tab: find what the first one sent
        return redirect("referral:receipt", sent.code)
    status = 400 if form.is_bound else 200
    return render(request, "referral/new.html", {"form": form} | letter_page(form, screening), status=status)


def _letter_form(request: HttpRequest, screening: Screening, *, needs_reason: bool | None = None) -> LetterForm:
    """The letter of a screening, with what was written. needs_reason: None where the answers must be asked."""
    looks = "look" in request.POST
    if needs_reason is None:
        needs_reason = reading_of(screening).advice != Advice.REFER_NOW
    return LetterForm(
        None if looks else request.POST or None,
        initial=_written(request) if looks else None,
        chosen=request.POST.get("district", ""),
        age_band=AgeBand(screening.age_band),
        needs_reason=needs_reason,
        person_language=screening.person_language,
        sender_kind=screening.sender_agency.kind,
        district=screening.district,
    )


@require_http_methods(["GET", "POST"])
def count_only(request: HttpRequest, code: str) -> HttpResponse:
    """The person does not want to be referred: one row of codes stays, everything else is destroyed."""
    account = viewer(request)
    form = CountForm(request.POST or None)
    if form.is_valid() and queries.was_counted(account, form.cleaned_data["key"]):  # the second click
        return redirect("referral:counted")
    screening = found(find_screening(code, account))
    found(may(account, "referral.submit", screening) or None)
    if form.is_valid():
        given = form.cleaned_data
        try:
            sending.count_only(screening, form=given["form"], by=account, key=given["key"])
        except NotAllowed as refusal:
            form.refuse(refusal.reason)
        else:
            return redirect("referral:counted")
    page = {
        "form": form,
        "screening": screening,
        "kept": kept_of(screening),
        "is_adult": screening.age_band == AgeBand.ADULT,
    }
    return render(request, "referral/count_only.html", page, status=400 if form.is_bound else 200)


@require_http_methods(["GET"])
def counted(request: HttpRequest) -> HttpResponse:
    """It was counted, and nothing else was kept."""
    found(may(viewer(request), "screening.record") or None)
    return render(request, "referral/counted.html")


@require_http_methods(["GET", "POST"])
def receipt(request: HttpRequest, code: str) -> HttpResponse:
    """What the sender may learn, and nothing more: the state, a question, in the end the class of the outcome."""
    account = viewer(request)
    referral = found(queries.referral(code, account, permission="referral.status"))
    question = queries.open_question(referral)
    form = AnswerForm(request.POST or None) if question else None
    if form is not None and question is not None and form.is_valid():
        actions.answer_question(question, answer=form.cleaned_data["answer"], by=account)
        return redirect("referral:receipt", code)
    listed = getattr(referral.screening, "roster_entry", None)
    site = listed.incident if listed else None
    page = {
        "referral": referral,
        "site": site if site and not site.ended_at and may(account, "screening.record", site) else None,
        "learns": queries.learned(referral),
        "told": None if referral.is_receipt_only else OUTCOME_TOLD.get(referral.outcome_told),
        "may_withdraw": may(account, "referral.submit", referral) and referral.state == "received",
        "question": question,
        "form": form,
    }
    return render(request, "referral/receipt.html", page)


@require_http_methods(["GET"])
def detail(request: HttpRequest, code: str) -> HttpResponse:
    """A referral at the receiving office: the least before it is taken over, its content afterwards."""
    account = viewer(request)
    referral = queries.referral(code, account)
    if referral is None:
        waiting = found(queries.referral(code, account, permission="referral.preview"))
        page = {"referral": waiting, "clocks": clocks_of(waiting.file_code), "is_preview": True} | _device(waiting)
        return render(request, "referral/detail.html", page)
    read_file(referral, by=account, purpose="intake")
    sees = sight_of(account, referral)
    contact = contact_rule(referral.person) if "contact_and_whereabouts" in sees else None
    page = {
        "referral": referral,
        "sees": sees,
        "clocks": clocks_of(referral.file_code),
        **_device(referral),
        "seen": seen_screening(referral.screening, sees),
        "consents": consents(referral.person) if "consent_records" in sees else [],
        "contact": contact,
        "channel": dict(CHANNELS).get(contact.channel, "") if contact else "",
        "basis": basis_words(referral.basis),
        "questions": queries.questions(referral) if "screening_free_text" in sees else [],
        "matches": matches_shown(queries.matches(referral, account), account),
        "attempts": queries.attempts(referral),
        "may_reveal": may(account, "identity.reveal", referral) and "person_identity" in sees,
        "may_decide": may(account, "referral.decide", referral),
    }
    return render(request, "referral/detail.html", page)


@require_http_methods(["GET", "POST"])
def acknowledge(request: HttpRequest, code: str) -> HttpResponse:
    """Take it over."""
    account = viewer(request)
    referral = found(queries.referral(code, account, permission="referral.preview"))
    return plain_step(
        request,
        referral,
        "acknowledge",
        lambda: actions.acknowledge(referral, by=account),
        back=_detail(code),
        explains=TAKE_OVER,
    )


@require_http_methods(["GET", "POST"])
def take_on(request: HttpRequest, code: str) -> HttpResponse:
    """Go on in the place of the colleague who took it over."""
    held = found(queries.held_by_colleague(code, viewer(request)))
    return in_colleagues_place(
        request, held, lambda reason, by: actions.take_on(held, reason=reason, by=by), to=_detail(code)
    )


@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, code: str) -> HttpResponse:
    """Ask the sender."""
    account = viewer(request)
    referral = found(queries.referral(code, account))
    form = QuestionForm(request.POST or None)

    def act() -> None:
        actions.ask(referral, question=form.cleaned_data["question"], by=account)

    return step_page(request, referral, "ask", form, act, back=_detail(code), explains=ASK)


@require_http_methods(["GET", "POST"])
def redirect_elsewhere(request: HttpRequest, code: str) -> HttpResponse:
    """Pass on to other help."""
    account = viewer(request)
    referral = found(queries.referral(code, account))
    form = RedirectForm(request.POST or None)

    def act() -> None:
        given = form.cleaned_data
        actions.redirect(
            referral,
            reason=given["reason"],
            agency=agency(given["agency"]),
            arranged=given["arranged"],
            agreed=given["agreed"],
            by=account,
        )

    return step_page(request, referral, "redirect", form, act, back=_detail(code), explains=PASS_ON)


@require_http_methods(["GET", "POST"])
def close_unreachable(request: HttpRequest, code: str) -> HttpResponse:
    """Close: the person was not reached."""
    account = viewer(request)
    referral = found(queries.referral(code, account))
    form = ReasonForm(request.POST or None)

    def act() -> None:
        actions.close_unreachable(referral, reason=form.cleaned_data["reason"], by=account)

    return step_page(request, referral, "close_unreachable", form, act, back=_detail(code), explains=CLOSE)


@require_http_methods(["GET", "POST"])
def attempt(request: HttpRequest, code: str) -> HttpResponse:
    """Write down an attempt to reach the person."""
    account = viewer(request)
    referral = found(queries.referral(code, account))
    found((may(account, "referral.decide", referral) and reads_class(account, CONTACT_CLASS, referral)) or None)
    form = AttemptForm(request.POST or None)

    def act() -> None:
        given = form.cleaned_data
        actions.attempt_contact(referral, channel=given["channel"], reason=given["reason"], by=account)

    rule = contact_rule(referral.person)
    return form_page(
        request,
        form,
        act,
        back=_detail(code),
        heading=ATTEMPT,
        record=referral,
        template="referral/attempt.html",
        rule=rule,
        channel=dict(CHANNELS).get(rule.channel, "") if rule else "",
        is_forbidden=rule is None or rule.channel == NOBODY,
    )


@require_http_methods(["GET", "POST"])
def contact(request: HttpRequest, code: str) -> HttpResponse:
    """Record a new rule of contact, as the person or the sender said."""
    account = viewer(request)
    referral = found(queries.referral(code, account))
    found((may(account, "referral.decide", referral) and reads_class(account, CONTACT_CLASS, referral)) or None)
    held = contact_rule(referral.person)
    now_held = {name: getattr(held, name) for name in ("channel", "hours", "words", "never")} if held else {}
    form = ContactForm(request.POST or None, initial=now_held)

    def act() -> None:
        actions.change_contact(referral, form.contact(), by=account)

    return form_page(request, form, act, back=_detail(code), heading=CONTACT, explains=CONTACT_MEANS, record=referral)


@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, code: str) -> HttpResponse:
    """The person takes her agreement back, before anybody took the referral over."""
    account = viewer(request)
    referral = found(queries.referral(code, account, permission="referral.submit"))
    return plain_step(
        request,
        referral,
        "withdraw",
        lambda: actions.withdraw(referral, by=account),
        back=reverse("referral:receipt", args=[code]),
        explains=WITHDRAW,
    )


@require_http_methods(["GET", "POST"])
def reveal(request: HttpRequest, code: str) -> HttpResponse:
    """Open the sealed name for a purpose: asked first, recorded, and shown once."""
    account = viewer(request)
    referral = found(queries.referral(code, account))
    found(may(account, "identity.reveal", referral) or None)
    return reveal_page(request, referral.person, by=account, back=_detail(code))


@require_http_methods(["GET", "POST"])
def ask_lead(request: HttpRequest, code: str) -> HttpResponse:
    """Ask the lead of another file whether it is the same person."""
    account = viewer(request)
    match = found(queries.match_asked(code, account))
    return plain_page(
        request,
        lambda: matching.ask_lead(match, by=account),
        back=_detail(match.referral.code),
        heading=ASK_LEAD,
        explains=ASK_LEAD_MEANS,
        record=match.referral,
    )


@require_http_methods(["GET", "POST"])
def answer_match(request: HttpRequest, code: str) -> HttpResponse:
    """The lead of the other file says whether it is the same person."""
    account = viewer(request)
    match = found(queries.match_to_answer(code, account))
    form = VerdictForm(request.POST or None)
    return form_page(
        request,
        form,
        lambda: matching.answer_match(match, Verdict(form.cleaned_data["verdict"]), by=account),
        back=reverse("home"),
        heading=ANSWER_MATCH,
        record=match,
        template="referral/answer_match.html",
        match=match,
        sign=SIGNS[match.sign],
        own_file=queries.own_file(match, account),
    )


def _written(request: HttpRequest) -> dict[str, object]:
    """What stands on a page that only asks where it would go: shown again, judged by nobody."""
    lists = {name: values for name, values in request.POST.lists() if name.startswith("agree_")}
    return {**request.POST.dict(), **lists}


def _detail(code: str) -> str:
    return reverse("referral:detail", args=[code])


def _device(referral: Referral) -> dict[str, object]:
    """The times of the sender's device, where they lie far from the server's."""
    given = {"sent": referral.device_at, "noted": referral.screening.device_at}
    far = {name: at for name, at in given.items() if tells_another_time(at, referral.received_at)}
    return {"device": far}
