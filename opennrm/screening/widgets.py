"""Form controls that Django does not bring."""

from collections.abc import Mapping
from typing import Any

from django import forms


class AnswerChoice(forms.RadioSelect):
    """Yes, no, not known: same size, none chosen beforehand; the officer's word at the start, hers at the end.

    hers: value to her word; language and direction are of her words.
    """

    template_name = "components/answer.html"

    def __init__(
        self,
        attrs: dict[str, Any] | None = None,
        choices: Any = (),
        *,
        hers: Mapping[str, str] | None = None,
        language: str = "",
        direction: str = "",
    ) -> None:
        super().__init__(attrs, choices)
        self.hers, self.language, self.direction = dict(hers or {}), language, direction

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Django's context, with her words laid beside the options."""
        context: dict[str, Any] = super().get_context(name, value, attrs)
        for _group, options, _index in context["widget"]["optgroups"]:
            for option in options:
                option["hers"] = self.hers.get(str(option["value"]), "")
        context["widget"] |= {"language": self.language, "direction": self.direction}
        return context
