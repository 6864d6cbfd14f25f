"""Kept facts say what the rooms say now, and a figure of a past moment counted today is what it was then."""

import json
import random
from collections import Counter
from datetime import timedelta

import pytest

from opennrm.identification.actions import decide, link_referral, open_case, part_referral
from opennrm.identification.appeals import actions as appeals
from opennrm.identification.appeals.actions import arrange_help, serve
from opennrm.kernel.clock import frozen, now
from opennrm.kernel.codes import AgeBand, CitizenshipGroup, NotScreened, Sex
from opennrm.parties.actions import Known, correct_attributes
from opennrm.referral.actions import acknowledge, withdraw
from opennrm.referral.hotline import actions as hotline
from opennrm.referral.hotline.rules import Certainty, LedTo
from opennrm.referral.models import PossibleMatch
from opennrm.registers import keeping
from opennrm.registers.actions import ATTRIBUTES, facts, snapshot
from opennrm.registers.keeping import keep_up, kept_facts
from opennrm.registers.models import Fact, Kept
from opennrm.sites import actions as sites
from opennrm.statistics.measures.counting import count
from opennrm.statistics.measures.measure import catalogue
from opennrm.statistics.measures.period import Period
from opennrm.statistics.model import validate
from tests.factories import (
    Handed,
    Office,
    a_line,
    a_referral,
    a_site,
    all_opinions,
    an_appeal,
    declined,
    identified,
    with_panel,
)
from tests.referral.hotline.calls import a_call

pytestmark = [pytest.mark.django_db, pytest.mark.both]


def said(taken):
    """What a snapshot says, without its random keys."""
    columns = {name: values for name, values in taken.facts.columns.items() if name not in {"unit_key", "person_key"}}
    persons = [str(taken.persons.get(key)) for key in taken.facts.columns["person_key"]]
    return Counter(zip(*(columns[name] for name in sorted(columns)), persons, strict=True))


def kept_rows():
    names = [*keeping.COLUMNS, "file", "person_key"]
    return Counter(Fact.objects.values_list(*names))


def fresh_rows():
    names = [*keeping.COLUMNS, "file"]
    return Counter((*(f.get(name) for name in names), str(person) if person else None) for person, f in facts())


class Story:
    """A history that does what may happen, in any order, an act every few hours."""

    def __init__(self, seed):
        self.chance = random.Random(seed)
        self.office, self.operator = Office(), a_line()
        self.waiting, self.cases, self.calls, self.sites, self.linked = [], [], [], [], []
        self.at = now()

    def act(self):
        """One act, some hours after the last one. What cannot be done now is another time."""
        self.at += timedelta(hours=self.chance.choice([1, 5, 30, 100]))
        with frozen(self.at):
            self.chance.choice(
                2 * [self.refer, self.open, self.rule, self.after, self.correct]
                + [self.call, self.end_call, self.site, self.take_back, self.link, self.part]
            )()

    def refer(self):
        self.waiting.append(a_referral(self.office.inspector, age_band=AgeBand.ADULT))

    def open(self):
        if self.waiting:
            sent = self.waiting.pop(0)
            acknowledge(sent, by=self.office.duty)
            case = open_case(sent, by=self.office.duty)
            self.cases.append(case)

    def rule(self):
        fresh = [case for case in self.cases if case.state == "opened"]
        if fresh:
            case = fresh[0]
            all_opinions(with_panel(case, self.office.duty, self.office.members), self.office.members)
            if self.chance.random() < 0.5:
                decide(case.decision, identified(), by=self.leads(case))
            else:
                declined(case, self.leads(case))
            case.refresh_from_db()

    def leads(self, case):
        """A lead who may decide."""
        from opennrm.identification.actions import hand_over

        hand_over(case, self.office.lead, by=self.office.duty)
        return self.office.lead

    def after(self):
        for case in self.cases:
            case.decision.refresh_from_db()
            if case.decision.state == "served":
                appeal = an_appeal(case, self.office.lead)
                if self.chance.random() < 0.5:
                    appeals.withdraw(appeal, reason="Her wish.", by=self.office.lead)
                return
            if case.decision.state == "decided_identified":
                serve(case.decision, Handed("in_person", "person", "vi", was_interpreted=True), by=self.office.lead)
                arrange_help(case, "medical", by=self.office.lead)
                return

    def correct(self):
        if self.cases:
            known = Known(
                sex=self.chance.choice(list(Sex)),
                age_band=self.chance.choice(list(AgeBand)),
                citizenship_group=self.chance.choice(list(CitizenshipGroup)),
            )
            correct_attributes(self.chance.choice(self.cases).person, known, by=self.office.duty)

    def call(self):
        self.calls.append(a_call(self.operator, led_to=(LedTo.INFORMATION,)))

    def end_call(self):
        if len(self.calls) > 1:
            one, other = self.chance.sample(self.calls, 2)
            if self.chance.random() < 0.3:
                hotline.withdraw(one, by=self.operator)
            elif not one.same_as.filter(other=other).exists():
                certainty = self.chance.choice(list(Certainty))
                hotline.mark_same_caller(one, other, certainty=certainty, by=self.operator)

    def site(self):
        if self.sites:
            site = sites.take_up(self.sites.pop(), by=self.office.duty)
            sites.decline_talks(site, reason=NotScreened.NOT_FOUND, why="Nothing there.", by=self.office.duty)
        else:
            self.sites.append(a_site(self.office.inspector))

    def take_back(self):
        if len(self.waiting) > 1:
            sent = self.waiting.pop()
            if sent.acknowledged_at is None:
                withdraw(sent, by=self.office.inspector)
            else:  # it was parted from a case: somebody read it, so it is not taken back
                self.waiting.append(sent)

    def link(self):
        led = [case for case in self.cases if case.lead_id == self.office.duty.pk]
        if self.waiting and led:
            sent, case = self.waiting.pop(), led[0]
            acknowledge(sent, by=self.office.duty)
            PossibleMatch.unscoped.create(
                file_code=case.file_code,
                key_owner=case.key_owner,
                referral=sent,
                other=case.person,
                sign="name",
                verdict="same",
                answered_by=self.office.duty,
                answered_at=now(),
            )
            link_referral(sent, case, by=self.office.duty)
            self.linked.append((sent, case))

    def part(self):
        """A link was wrong."""
        led = [(sent, case) for sent, case in self.linked if case.lead_id == self.office.duty.pk]
        if led:
            self.linked.remove(led[-1])
            sent, case = led[-1]
            part_referral(sent, case, by=self.office.duty)
            self.waiting.append(sent)


@pytest.mark.parametrize("seed", [3, 11])
def test_after_any_history_past_figures_stay_and_kept_facts_are_those_of_the_rooms(seed):
    story = Story(seed)
    then = []
    for number in range(26):
        story.act()
        if number % 5 == 4:
            with frozen(story.at):
                keep_up()
                then.append((story.at, said(snapshot(story.at))))

    with frozen(story.at + timedelta(days=400)):
        keep_up()
        for at, what in then:
            assert said(snapshot(at)) == what
        assert kept_rows() == fresh_rows()
        assert validate(snapshot(now()).facts) == []
    assert len(set(Fact.objects.values_list("event", flat=True))) > 8


def test_kept_facts_count_what_a_snapshot_counts(office):
    case = office.case_ready_to_decide()
    declined(case, office.lead)
    moment = now()
    source, taken = kept_facts(), snapshot(moment).facts

    for measure in catalogue().measures.values():
        by = ("event",) if len(measure.events) > 1 else ("month",)
        ours, theirs = (count(f, measure.by(*by), Period.year(moment.year), moment) for f in (source, taken))
        assert ours.cells == theirs.cells, measure.id


def test_only_touched_files_are_made_again_and_nothing_is_written_where_nothing_changed(office):
    cases = [office.case() for _ in range(2)]
    assert keep_up() == -1
    before = dict(Fact.objects.values_list("pk", "file"))

    correct_attributes(cases[0].person, Known(sex=Sex.MALE), by=office.duty)
    assert keep_up() == 1
    left = set(Fact.objects.values_list("pk", flat=True)) & before.keys()
    assert {before[pk] for pk in before.keys() - left} == {cases[0].file_code}
    assert keep_up() == 0


def test_an_entry_that_comes_late_is_not_missed(office):
    case = office.case()
    keep_up()
    kept = Kept.objects.get(pk=1)
    number = kept.reached
    Kept.objects.filter(pk=1).update(
        missing=json.dumps({number: now().isoformat()})
    )  # as if its writer had still been busy
    Fact.objects.filter(file=case.file_code).delete()

    assert keep_up() >= 1
    assert kept_rows() == fresh_rows()


def test_all_facts_are_made_again_when_what_makes_them_changes(office, monkeypatch):
    office.case()
    keep_up()
    monkeypatch.setattr(keeping, "MADE_BY", "another")

    assert keep_up() == -1
    assert keep_up() == 0


def test_facts_made_in_parts_are_those_of_the_rooms(office, monkeypatch):
    operator = a_line()
    one, other = a_call(operator), a_call(operator)
    hotline.mark_same_caller(one, other, certainty=Certainty.SURE, by=operator)
    a_site(office.inspector)
    for _ in range(3):
        office.case()
    monkeypatch.setattr(keeping, "AT_ONCE", 1)

    assert keep_up() == -1
    assert kept_rows() == fresh_rows()


def test_every_attribute_of_the_facts_has_its_column():
    assert set(ATTRIBUTES) <= {field.name for field in Fact._meta.get_fields()}
