"""Calls for tests, the smallest honest ones."""

from datetime import timedelta

from opennrm.kernel.clock import now
from opennrm.kernel.codes import Answer
from opennrm.referral.hotline.actions import Contact, Told, take_call
from opennrm.referral.hotline.rules import CallerKind, Channel

SAFE_TO_CALL = Contact(may=Answer.YES, how="only after the second ring")


def told(**more):
    fields = {
        "is_safe": Answer.YES,
        "channel": Channel.PHONE,
        "caller": CallerKind.ANONYMOUS,
        "subjects": ("working_conditions",),
        "began_at": now() - timedelta(minutes=5),
    }
    return Told(**(fields | more))


def a_call(by, **more):
    return take_call(told(**more), by=by)


def call_fields(**more):
    return {
        "is_safe": "yes",
        "channel": "phone",
        "caller": "friend",
        "subjects": ["trafficking_labour"],
        "age_band": "adult",
        "may_call_back": "not_known",
    } | more
