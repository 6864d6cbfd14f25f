"""Forms of signing in. They may be filled by a password manager: each says to the browser what belongs where."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from opennrm.access.signing_in.lockout import Locked
from opennrm.kernel.text import Sentence, say
from opennrm.workflow.pages import StepForm
from opennrm.workflow.wording import worded

LONGEST_PASSWORD = 4096


class SecretForm(StepForm):
    """A form with a secret in it: nothing of it is ever shown again, and its key is not needed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["key"]

    def refuse(self, reason: str | Sentence, field: str | None = None) -> None:
        """Show a refusal; a code that was typed is good no longer, so its box is empty again."""
        super().refuse(reason, field)
        self.data = {name: value for name, value in self.data.items() if name != "code"}

    def lock(self, locked: Locked) -> None:
        """Say until when no further attempt is heard: the same for names that exist and names that do not."""
        until = date_format(localtime(locked.until), "H:i")
        self.refuse(
            say(
                "There were too many attempts. Wait until %(until)s, or ask the administrator of your office.",
                until=until,
            )
        )


class SignInForm(SecretForm):
    """Sign-in name and password; the same answer for a wrong name and a wrong password."""

    username = forms.CharField(
        label=_("Sign-in name"),
        error_messages={"required": _("Write your sign-in name.")},
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "autofocus": True}),
    )
    password = forms.CharField(
        label=_("Password"),
        error_messages={"required": _("Write your password.")},
        max_length=LONGEST_PASSWORD,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def wrong(self) -> None:
        """They do not fit together; never which of the two it is."""
        self.refuse(worded(say("This sign-in name and password do not fit together. Check both.")))


class CodeForm(SecretForm):
    """A code of the app, or a recovery code."""

    code = forms.CharField(
        label=_("One-time code"),
        error_messages={"required": _("Write the code.")},
        help_text=_("Six digits of your authenticator app, or one of your recovery codes."),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}),
    )

    def wrong(self) -> None:
        """It is not right now."""
        self.refuse(say("This code is not right, or was used already. Take the next one that the app shows."), "code")


class AppForm(CodeForm):
    """The first code of an app that is being added."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].help_text = _("The six digits that the app shows now.")


class ConfirmForm(SecretForm):
    """Who sits here: the password. With a code or a passkey it is another form."""

    password = forms.CharField(
        label=_("Password"),
        error_messages={"required": _("Write your password.")},
        max_length=LONGEST_PASSWORD,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def wrong(self) -> None:
        """It is not the password."""
        self.refuse(say("This is not your password."), "password")


class PasswordForm(SecretForm):
    """A password of one's own choice, twice."""

    new = forms.CharField(
        label=_("New password"),
        error_messages={"required": _("Write the new password.")},
        help_text=_("At least 15 characters: four or five words that do not belong together are easy to remember."),
        max_length=LONGEST_PASSWORD,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("The same again"),
        error_messages={"required": _("Write the new password here too.")},
        max_length=LONGEST_PASSWORD,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        """Both are the same."""
        cleaned = super().clean() or {}
        if "new" in cleaned and "again" in cleaned and cleaned["new"] != cleaned["again"]:
            self.refuse(say("The two are not the same. Type it again."), "again")
        return cleaned
