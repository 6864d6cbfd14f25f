"""Pages of the lists themselves: what they ask, how strong each sign is, and whether somebody compared the weights."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from opennrm.access.country import current_profile
from opennrm.access.queries import may
from opennrm.kernel.errors import ProfileProblem
from opennrm.kernel.label import Label
from opennrm.kernel.text import NOTHING, Sentence, say
from opennrm.profile.instruments import Basis, Counts, Indicator, IndicatorSet
from opennrm.screening import queries, weights
from opennrm.screening.forms import CheckNoteForm, ConfirmForm, DiscrepancyForm
from opennrm.screening.models import Compared, WeightCheck
from opennrm.screening.shown import STRENGTH_WORDS, weights_words
from opennrm.screening.xlsform import as_sheets, as_workbook
from opennrm.workflow.pages import form_page, found, in_language, viewer

BASIS_WORDS = {
    Basis.SECONDARY_TRANSCRIPTION: say("transcribed by others, not seen in the instrument"),
    Basis.RECALLED: say("recalled, not seen"),
    Basis.NO_WEIGHTS: say("the instrument has no weights"),
    Basis.EXCLUDED: say("left out of every result"),
    Basis.LEGAL_ELEMENT: say("element of the law, without weight"),
    Basis.DOMAINS_ONLY: say("only the domain was published"),
    Basis.OWN_SYNTHESIS: say("our own summary of reports"),
    Basis.CONFIRMED: say("seen in the instrument"),
}
COUNTS_WORDS = {
    Counts.AS_SIGN: NOTHING,
    Counts.WITH_EVIDENCE: say("Counts only with a line saying what somebody did."),
    Counts.NEVER: say("Never counts; background only."),
}
COMPARED_WORDS = {
    Compared.CONFIRMED: say("Weights confirmed"),
    Compared.DISCREPANCY: say("Discrepancy noted"),
    Compared.SETTLED: say("Discrepancy settled"),
    Compared.TAKEN_BACK: say("Confirmation taken back"),
}
CONFIRM = say("Confirm the weights")
CONFIRM_MEANS = say(
    "From then on no result of this list says any more that its weights await confirmation. It holds for exactly this "
    "list: a list that changes must be compared again."
)
DISCREPANCY = say("The instrument says otherwise")
DISCREPANCY_MEANS = say(
    "While a discrepancy is open the list counts as not confirmed. A true one is mended by a new version of the list."
)
SETTLE = say("Settle the discrepancy")
SETTLE_MEANS = say("Only for a discrepancy that was none. A weight that is wrong needs a new version of the list.")
TAKE_BACK = say("Take the confirmation back")


@dataclass(frozen=True, slots=True)
class ListLine:
    """One list in the overview."""

    key: str
    title: str
    version: str
    n_questions: int
    weights: Sentence
    is_newest: bool


@dataclass(frozen=True, slots=True)
class SignLine:
    """One sign beside its weight, where the weight comes from, and what an administrator found."""

    indicator: Indicator
    strength: Sentence
    basis: Sentence
    counts: Sentence
    found_wrong: list[WeightCheck]


@dataclass(frozen=True, slots=True)
class SignGroup:
    """The signs of one dimension."""

    label: Label
    lines: list[SignLine]


@require_http_methods(["GET"])
def lists(request: HttpRequest) -> HttpResponse:
    """Every list in every version."""
    account = viewer(request)
    found(may(account, "profile.read") or None)
    profile = current_profile()
    lines = [
        ListLine(
            used.key,
            in_language(used.title),
            used.version,
            len(used.indicators),
            weights_words(used),
            used is profile.indicator_set(used.id),
        )
        for used in sorted(profile.all_indicator_sets, key=lambda s: (s.preference, s.id, s.released_on))
    ]
    page = {"lines": lines, "may_confirm": may(account, "weights.confirm")}
    return render(request, "screening/lists.html", page)


@require_http_methods(["GET"])
def one_list(request: HttpRequest, key: str) -> HttpResponse:
    """A list side by side with its weights and their source."""
    account = viewer(request)
    found(may(account, "profile.read") or None)
    used = _list(key)
    compared = queries.comparison(used)
    page = {
        "used": used,
        "groups": _groups(used, compared.discrepancies),
        "weights": weights_words(used),
        "compared": compared,
        "history": [(COMPARED_WORDS[Compared(row.outcome)], row) for row in compared.history],
        "open_codes": {row.code for row in compared.discrepancies},
        "may_confirm": used.is_weighted and may(account, "weights.confirm"),
        "is_confirmed": compared.confirmed is not None,
    }
    return render(request, "screening/list.html", page)


@require_http_methods(["GET"])
def as_form(request: HttpRequest, key: str) -> HttpResponse:
    """The list as an XLSForm, for Kobo and ODK."""
    found(may(viewer(request), "profile.read") or None)
    used = _list(key)
    sheets = as_sheets(used, current_profile(), weights_are_confirmed=queries.confirmation(used) is not None)
    answer = HttpResponse(
        as_workbook(sheets), content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    )
    answer["Content-Disposition"] = f'attachment; filename="form-{used.version}.xlsx"'
    return answer


@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, key: str) -> HttpResponse:
    """Confirm every weight of the list."""
    used = _to_compare(request, key)
    form = ConfirmForm(request.POST or None, initial={"digest": used.digest})

    def act() -> None:
        given = form.cleaned_data
        weights.confirm_weights(
            used,
            digest=given["digest"],
            edition=given["edition"],
            is_independent=given["is_independent"],
            by=viewer(request),
        )

    return form_page(request, form, act, back=_address(used), heading=CONFIRM, explains=CONFIRM_MEANS, named=used.title)


@require_http_methods(["GET", "POST"])
def discrepancy(request: HttpRequest, key: str) -> HttpResponse:
    """Note that the instrument says something else of one sign."""
    used = _to_compare(request, key)
    initial = {"indicator": request.GET.get("sign", "")}
    form = DiscrepancyForm(request.POST or None, used=used, initial=initial)

    def act() -> None:
        given = form.cleaned_data
        weights.note_discrepancy(
            used, given["indicator"], edition=given["edition"], note=given["note"], by=viewer(request)
        )

    return form_page(
        request, form, act, back=_address(used), heading=DISCREPANCY, explains=DISCREPANCY_MEANS, named=used.title
    )


@require_http_methods(["GET", "POST"])
def settle(request: HttpRequest, key: str, check: str) -> HttpResponse:
    """Take a discrepancy away that was none."""
    used = _to_compare(request, key)
    found(next((d for d in queries.comparison(used).discrepancies if d.code == check), None))
    form = CheckNoteForm(request.POST or None)

    def act() -> None:
        weights.settle_discrepancy(used, check, note=form.cleaned_data["note"], by=viewer(request))

    return form_page(request, form, act, back=_address(used), heading=SETTLE, explains=SETTLE_MEANS, named=used.title)


@require_http_methods(["GET", "POST"])
def take_back(request: HttpRequest, key: str) -> HttpResponse:
    """End a confirmation."""
    used = _to_compare(request, key)
    form = CheckNoteForm(request.POST or None)

    def act() -> None:
        weights.take_confirmation_back(used, note=form.cleaned_data["note"], by=viewer(request))

    return form_page(request, form, act, back=_address(used), heading=TAKE_BACK, named=used.title)


def _to_compare(request: HttpRequest, key: str) -> IndicatorSet:
    found(may(viewer(request), "weights.confirm") or None)
    used = _list(key)
    return found(used if used.is_weighted else None)


def _list(key: str) -> IndicatorSet:
    """The list of exactly this key, or: there is no such page."""
    try:
        used = current_profile().indicator_set(key)
    except ProfileProblem:
        used = None
    return found(used if used and used.key == key else None)


def _address(used: IndicatorSet) -> str:
    return reverse("list", args=[used.key])


def _groups(used: IndicatorSet, discrepancies: list[WeightCheck]) -> list[SignGroup]:
    return [
        SignGroup(
            dimension.label,
            [
                SignLine(
                    i,
                    STRENGTH_WORDS[i.strength] if i.strength else NOTHING,
                    BASIS_WORDS[i.basis],
                    COUNTS_WORDS[i.counts],
                    [d for d in discrepancies if d.indicator == i.id],
                )
                for i in used.indicators
                if i.dimension == dimension.id
            ],
        )
        for dimension in used.dimensions
    ]
