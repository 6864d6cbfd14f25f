"""The page of components: each part in all its states, light, dark, right to left and with text 40 % longer."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from opennrm.desk import clocks
from opennrm.desk.charts import Break, Series, bar_chart
from opennrm.kernel.clock import now
from opennrm.screening.widgets import AnswerChoice

# Everybody and everything in the samples is invented. The samples are in one language; the components speak the
# reader's own.


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """All components; `?as=phone` shows the phone shell with its own."""
    if request.GET.get("as") == "phone":
        return render(request, "components_phone.html", {"sample": _sample("phone", str), "close_to": "about:blank"})
    panels = [_sample("light", str), _sample("dark", str), _sample("rtl", str), _sample("long", _longer)]
    return render(request, "components.html", {"panels": panels})


@dataclass(frozen=True, slots=True)
class _Run:
    started_at: datetime
    due_at: datetime
    stopped_at: datetime | None = None


def _longer(text: str) -> str:
    """The text, 40 % longer."""
    return text + " " + text[: max(1, len(text) * 2 // 5)].strip()


def _sample(name: str, words: Callable[[str], str]) -> dict[str, Any]:
    return {
        "name": name,
        "theme": "dark" if name == "dark" else "light",
        "direction": "rtl" if name == "rtl" else "ltr",
        "word": words("Open the case"),
        "second": words("Call a case conference"),
        "clocks": _clocks(words),
        "form": _form(name, words, None),
        "wrong": _form(f"{name}-wrong", words, {f"{name}-wrong-year": "2192"}),
        "offers": _offers(words),
        "tabs": [
            {"label": words(label), "count": count, "url": "#", "is_current": count == 10}
            for label, count in (("All", 10), ("Missed", 1), ("Urgent need", 2), ("Nobody yet", 4))
        ],
        "terms": [
            {"value": words(value), "label": words(label)}
            for value, label in (
                ("Persons", "what is counted"),
                ("First decision", "the event"),
                ("Date of decision", "the month it falls in"),
            )
        ],
        "days": _days(words),
        "opinions": [
            {"discipline": words("Psychologist"), "who": words("Ana Stanić, not in yet"), "is_in": False},
            {"discipline": words("Pedagogue"), "who": words("Petar Lukić, in at 13:40"), "is_in": True},
            {"discipline": words("Social worker"), "who": words("Jelena Mitić, not in yet"), "is_in": False},
        ],
        "rows": [
            {"label": words("Sender"), "value": words("Labour inspectorate"), "href": "#"},
            {"label": words("Bed tonight"), "value": words("none"), "href": "#"},
            {"label": words("Year of birth"), "value": ""},
        ],
        "heads": [words("Form"), "I", "II", "III"],
        "table": [
            [words("Labour"), 21, "[c]", 12],
            [words("Sexual"), 0, "[c]", "[x]"],
        ],
        "total": [words("Total"), 21, 17, "[z]"],
        "comparison": _comparison(words),
        "chart": _chart(words),
        "grouped": _grouped(words),
        "question": "Có người nào khác đang giữ hộ chiếu hoặc giấy tờ tùy thân của bạn không?",
        "notice": words("Tonight comes first: a safe bed, then the papers."),
    }


def _clocks(words: Callable[[str], str]) -> list[clocks.Clock]:
    at = now()
    hour = timedelta(hours=1)
    runs = [
        _Run(at - 9 * hour, at + 15 * hour),
        _Run(at - 22 * hour, at + 1.77 * hour),
        _Run(at - 30 * hour, at - 6 * hour, at - 18 * hour),
        _Run(at - 26 * hour, at - 2.08 * hour),
        _Run(at - 30 * hour, at - 6 * hour, at - 5 * hour),
        _Run(at - 24 * hour, at + 240 * hour),
    ]
    label, basis = words("Open the case and inform participants"), words("standard operating procedures, from receipt")
    return [clocks.shown(run, at, label=label, basis=basis) for run in runs]


def _form(prefix: str, words: Callable[[str], str], data: dict[str, str] | None) -> forms.Form:
    answers = [("yes", words(gettext("Yes"))), ("no", words(gettext("No"))), ("not_known", words(gettext("Not known")))]

    class Sample(forms.Form):
        year = forms.IntegerField(
            label=words("Year of birth"),
            help_text=words("If only the age is known, leave it empty"),
            min_value=1905,
            max_value=2025,
            error_messages={"max_value": words("Year must be 1905 to 2025.")},
            required=False,
        )
        purpose = forms.ChoiceField(
            label=words("For what do you need it?"),
            choices=[("", ""), ("lawyer", words("Appoint a lawyer")), ("bed", words("Find a bed"))],
            required=data is None,
        )
        note = forms.CharField(
            label=words("What you observed"),
            widget=forms.Textarea(attrs={"rows": 3}),
            error_messages={"required": words("Write what you observed, or go back.")},
        )
        told = forms.ChoiceField(
            label=words("How were they told?"),
            widget=forms.RadioSelect,
            choices=[("phone", words("By phone")), ("visit", words("In person"))],
            error_messages={"required": words("Say how they were told.")},
        )
        agreed = forms.BooleanField(label=words("A doctor may know what is needed"), required=False)
        answer = forms.ChoiceField(
            label=words("Is someone else keeping the passport?"),
            choices=answers,
            widget=AnswerChoice(hers={"yes": "Có", "no": "Không", "not_known": "Không rõ"}, language="vi"),
            error_messages={"required": words("Choose one of the three answers.")},
        )

    return Sample(data, prefix=prefix)


@dataclass(frozen=True, slots=True)
class _Offer:
    label: str
    reason: str = ""
    url: str = "#"

    @property
    def is_possible(self) -> bool:
        return not self.reason


def _offers(words: Callable[[str], str]) -> list[_Offer]:
    return [
        _Offer(words("Remind the panel")),
        _Offer(words("Add a service")),
        _Offer(words("Decide"), words("Two of the three opinions are missing.")),
        _Offer(words("Close the case"), words("The panel's clock is running.")),
    ]


def _days(words: Callable[[str], str]) -> list[dict[str, Any]]:
    at = now()
    return [
        {
            "title": words("Today"),
            "events": [
                {"kind": "next", "time": None, "what": words("Two opinions"), "detail": words("awaited")},
                {"kind": "event", "time": at, "what": words("First of three opinions written")},
                {
                    "kind": "clock",
                    "time": at - timedelta(hours=2),
                    "what": words("Participants informed"),
                    "detail": words("Shelter, interpreter, legal aid. By phone, without her name."),
                    "tag": words("First clock met"),
                    "tag_css": "tag-done",
                    "tag_icon": "check",
                },
            ],
        }
    ]


def _comparison(words: Callable[[str], str]) -> list[dict[str, Any]]:
    return [
        {
            "label": words("Given name"),
            "left": SafeString("Мил<mark>иц</mark>а"),
            "right": SafeString("MIL<mark>EN</mark>A"),
            "differs": True,
            "word": words("two letters"),
        },
        {"label": words("Sex"), "left": words("female"), "right": words("female"), "word": words("the same")},
    ]


def _chart(words: Callable[[str], str]) -> SafeString:
    return bar_chart(
        ["2019", "2020", "2021", "2022", "2023", "2024", "2025"],
        [Series(words("Identified"), [46, 51, 44, 58, "[c]", 66, 73])],
        title=words("Most persons were identified in 2025"),
        description=words("Seven bars, between 44 in 2021 and 73 in 2025; 2023 is withheld."),
        unit=words("persons"),
        focus=6,
        breaks=[Break(2, words("from 2021: new procedure"))],
    )


def _grouped(words: Callable[[str], str]) -> SafeString:
    return bar_chart(
        [words("Labour"), words("Sexual"), words("Forced begging")],
        [Series(words("Referred"), [12, 7, 2]), Series(words("Identified"), [9, 0, "[x]"])],
        title=words("Twelve were referred for labour, nine of them identified"),
        description=words("Three pairs of bars; the highest is 12 referred for labour."),
        unit=words("persons"),
    )
