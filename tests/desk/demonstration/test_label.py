import pytest
from django.template import Context, Template

from opennrm.access.actions import register_account
from opennrm.access.actor import SYSTEM
from opennrm.desk.demonstration.history import KEEPER
from opennrm.desk.demonstration.label import SOURCE, label

pytestmark = [pytest.mark.django_db, pytest.mark.both]
PAGE = Template('{% load demonstration %}{% figures_label "/figures/persons_identified" %}')


def test_label_says_what_is_invented_and_whose_totals_they_are():
    register_account(sign_in=KEEPER[0], name=KEEPER[1], is_demonstration=True, by=SYSTEM)

    shown = PAGE.render(Context())

    assert "Every person here is invented." in shown
    assert "Here are 24 women." in shown
    assert SOURCE in shown
    assert "/figures/persons_identified?year=2024" in shown


def test_label_is_silent_without_these_years_and_in_a_real_service(settings):
    assert label() is None
    register_account(sign_in=KEEPER[0], name=KEEPER[1], is_demonstration=True, by=SYSTEM)
    settings.DEMONSTRATION = False

    assert label() is None
    assert PAGE.render(Context()).strip() == ""
