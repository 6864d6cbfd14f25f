"""One file in which every class of data says a word of its own, and everybody meets it with a grant for everything."""

import uuid

from django.test import Client
from django.urls import reverse

from opennrm.access.actions import grant
from opennrm.access.actor import SYSTEM
from opennrm.access.country import current_profile
from opennrm.access.queries import permissions, sight_of
from opennrm.access.rules import BLIND
from opennrm.identification import actions
from opennrm.identification.actions import OpinionText, RulingText
from opennrm.identification.appeals import actions as appeals
from opennrm.identification.appeals.actions import Handed, Lodged
from opennrm.identification.models import Conference, Minutes, Participant, Safeguard
from opennrm.identification.rules.attachments import CLASSES
from opennrm.identification.rules.conferences import PARTS
from opennrm.kernel.codes import Element, Finding, Outcome
from opennrm.parties.actions import record_contact_rule, seal_identity
from opennrm.referral import actions as referrals
from opennrm.referral import sending
from opennrm.sites import actions as sites
from tests.factories import Office, a_letter, a_screening, a_site, an_open_case, staff, with_panel
from tests.identification.attachments.files import an_attachment
from tests.identification.statements.telling import a_statement
from tests.identification.teamwork.work import a_conference

# Headings of parts that hold codes and no words.
HEADINGS = {"screening_answers": ">What was noticed<", "consent_records": ">Agreed to<"}
FORMS = {
    "case:reveal": {"purpose": "arrange_safety"},
    "paper_of_ruling": {"variant": "full", "with_reasons": "on", "language": "en", "own_language": "vi", "as": "print"},
}
# Of which classes the file keeps a paper whose words say it.
PAPERS = tuple(name for name in CLASSES if name not in HEADINGS)
# The permissions with which a role opens a page that shows the class as such.
CASE = {"case.read"}
SHOWN = {
    "screening_answers": [CASE | {"screening.read"}, {"appeal.read", "screening.read"}],
    "screening_free_text": [CASE | {"screening.read"}],
    "consent_records": [CASE],
    "person_identity": [CASE | {"identity.reveal"}],
    "contact_and_whereabouts": [CASE],
    "identification_opinions": [CASE | {"opinion.read"}, {"appeal.read", "opinion.read"}],
    "identification_decision": [CASE | {"decision.read"}, {"appeal.read", "decision.read"}],
    "appeal_file": [{"appeal.read"}],
    "service_records": [CASE],
    "child_and_family_data": [CASE | {"decision.read"}],
    "account_of_exploitation": [{"statement.read"}],
    "recorded_interview": [{"statement.read"}],
    "worksite_and_recruiter_intel": [{"site.read"}],
}
for _name in PAPERS:
    SHOWN.setdefault(_name, []).append({"attachment.read"})


def word(data_class):
    """What the file says of a class of data, as a page shows it."""
    return HEADINGS.get(data_class, f"kanarinac-{data_class}")


def handed_word(data_class):
    """What the minutes of a conference say of a class of data."""
    return f"predato-{data_class}"


class World:
    """The file of one person: referred, decided, appealed against, with statements, help and a conference."""

    def __init__(self):
        self.office = Office()
        self.classes = list(current_profile().data_classes)
        self.case = self._case()
        self.other = an_open_case(self.office.inspector, self.office.duty)
        self.site = a_site(self.office.inspector, notes=word("worksite_and_recruiter_intel"))
        sites.take_up(self.site, by=self.office.duty)
        self.conference = self._conference()
        told, heard = word("account_of_exploitation"), word("recorded_interview")
        self.statement = a_statement(self.case, self.office.lead, words=told, recording=heard)
        self._accounts, self._sights, self._pages, self._own, self._taken = {}, {}, {}, {}, {}

    def account(self, role):
        """Somebody with this role whom every class of the file was given, and who was asked to the conference."""
        if role not in self._accounts:
            found = self._accounts[role] = staff(role, f"matrix-{role}")
            for file_code in (self.case.file_code, self.site.file_code):
                grant(file_code, found, classes=self.classes, purpose="case", by=SYSTEM)
            Participant(id=uuid.uuid4(), conference=self.conference, account=found).save(force_insert=True)
        return self._accounts[role]

    def sight(self, role):
        """What somebody with this role sees of the file, with a grant for every class."""
        if role not in self._sights:
            self._sights[role] = sight_of(self.account(role), self.case)
        return self._sights[role]

    def own(self, role):
        """What somebody with this role sees of an own submission that nobody took over; None where it sends none."""
        account = self.account(role)
        if "screening.record" not in permissions(account):
            return None
        if role not in self._own:
            self._own[role] = sight_of(account, a_screening(account))
        return self._own[role]

    def taken(self, role):
        """What somebody sees of an own submission that was taken over, and the answer of the page of its receipt."""
        if role not in self._taken:
            account = self.account(role)
            sent = sending.submit(a_screening(account), a_letter(), by=account)
            type(sent).unscoped.filter(pk=sent.pk).update(state="acknowledged")
            sent.refresh_from_db()
            receipt = self._client(role).get(reverse("referral:receipt", args=[sent.code]))
            self._taken[role] = sight_of(account, sent), receipt.status_code
        return self._taken[role]

    def elsewhere(self, role):
        """What somebody with this role sees of a file into which it was not let in."""
        return sight_of(self.account(role), self.other)

    def pages(self, role):
        """The words on every page of the file that somebody with this role can open."""
        if role not in self._pages:
            client = self._client(role)
            self._pages[role] = "".join(self._opened(client, name, *args) for name, *args in self._addresses())
        return self._pages[role]

    def words_without(self, role, data_class):
        """The words on every page for somebody of this role whom every class but one was given."""
        client = self._let_in(role, [name for name in self.classes if name != data_class])
        return "".join(self._opened(client, name, *args) for name, *args in self._addresses())

    def statuses(self, role, classes):
        """How pages answer somebody of this role whom only these classes were given."""
        client, case = self._let_in(role, classes), self.case
        ruling, referral = case.decision.ruling, case.referral
        pages = {
            "case": case.code,
            "case:reveal": case.code,
            "appeal:detail": self.appeal.code,
            "decision:review": ruling.code,
            "paper_of_ruling": ruling.code,
            "referral:contact": referral.code,
            "referral:attempt": referral.code,
            "screening:result": referral.screening.code,
        }
        return {name: client.get(reverse(name, args=[code])).status_code for name, code in pages.items()}

    def opens(self, role, name):
        """Whether a page of a role's work as a whole opens."""
        return self._client(role).get(reverse(name)).status_code == 200

    def is_shown_to(self, role, data_class):
        """Whether the role has a page on which this class of data stands as such."""
        held = permissions(self.account(role))
        return any(needed <= held for needed in SHOWN.get(data_class, ()))

    def is_at_conferences(self, role):
        """Whether the role has the page of a conference to which it was asked."""
        return "team.read" in permissions(self.account(role))

    def _case(self):
        office, note = self.office, word("screening_free_text")
        noticed = a_screening(office.inspector, note=note, notes=note)
        sent = sending.submit(noticed, a_letter(), by=office.inspector)
        contact = word("contact_and_whereabouts")
        seal_identity(sent.person, name=word("person_identity"), contact=contact, by=SYSTEM)
        record_contact_rule(sent.person, channel="telephone", hours=contact, by=SYSTEM)
        referrals.acknowledge(sent, by=office.duty)
        case = actions.open_case(sent, by=office.duty)
        actions.hand_over(case, office.lead, by=office.duty)
        with_panel(case, office.lead, office.members)
        findings, said = dict.fromkeys(Element, Finding.SHOWN), word("identification_opinions")
        text = OpinionText(Outcome.NOT_IDENTIFIED, findings, said, facts=dict.fromkeys(Element, said))
        for member in office.members:
            actions.record_opinion(case.decision, text, by=member)
        reasons = dict.fromkeys(Element, word("identification_decision"))
        actions.decide(case.decision, RulingText(Outcome.NOT_IDENTIFIED, reasons=reasons), by=office.lead)
        appeals.serve(case.decision, Handed("in_person", "person", "vi", was_interpreted=True), by=office.lead)
        lodged = Lodged("person", "spoken", grounds=word("appeal_file"))
        self.appeal = appeals.lodge(case.decision, lodged, by=office.lead)
        for name in PAPERS:
            an_attachment(case, office.lead, data_class=name, words=word(name))
        appeals.arrange_help(case, "legal_advice", words=word("service_records"), by=office.lead)
        child = dict.fromkeys(("guardian", "best_interests"), word("child_and_family_data"))
        Safeguard(decision=case.decision, recorded_by=office.lead, **child).save(force_insert=True)
        return case

    def _conference(self):
        held = a_conference(self.case, self.office.lead)
        for name in PARTS:
            written = Minutes(conference=held, data_class=name, words=handed_word(name), written_by=self.office.lead)
            written.save(force_insert=True)
        signed = {"state": "signed", "signed_at": held.planned_at, "held_at": held.planned_at}
        Conference.unscoped.filter(pk=held.pk).update(**signed)
        return held

    def _client(self, role):
        client = Client()
        client.force_login(self.account(role))
        return client

    def _let_in(self, role, classes):
        account = staff(role, f"let-in-{uuid.uuid4().hex}")
        grant(self.case.file_code, account, classes=classes, purpose="case", by=SYSTEM)
        client = Client()
        client.force_login(account)
        return client

    def _addresses(self):
        case, referral = self.case.code, self.case.referral
        ruling = self.case.decision.ruling
        return (
            *((f"case{name}", case) for name in ("", ":reveal", ":told", ":team", ":interpreter", ":attachments")),
            *((f"referral:{name}", referral.code) for name in ("detail", "receipt", "contact", "attempt")),
            ("screening:result", referral.screening.code),
            ("screening:question", referral.screening.code, 7),
            ("decision:give_opinion", self.case.decision.code),
            ("paper_of_ruling", ruling.code),
            ("appeal:detail", self.appeal.code),
            ("statement:detail", self.statement.code),
            ("conference:detail", self.conference.code),
            ("site:detail", self.site.code),
        )

    def _opened(self, client, name, *args):
        address = reverse(name, args=args)
        answer = client.post(address, FORMS[name]) if name in FORMS else client.get(address)
        assert answer.status_code in {200, 302, 404, 409}, (name, answer.status_code)
        return answer.content.decode()


def sees_nothing(sight):
    """Whether nothing at all is seen."""
    return sight == BLIND
