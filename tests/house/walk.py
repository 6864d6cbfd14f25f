"""The thread led through the pages by the test client, everything that people type being one word."""

import re
from datetime import timedelta

from django.test import Client
from django.urls import reverse

from opennrm.access.country import today_here
from opennrm.kernel.clock import now
from opennrm.kernel.codes import Element
from tests.factories import Office, an_agency, staff
from tests.house.walk_team import work_as_a_team
from tests.own.entering import SECRET, Her
from tests.referral.hotline.calls import call_fields


class Visitor(Client):
    """A browser that keeps every answer it was given."""

    def __init__(self, account, answers):
        super().__init__(raise_request_exception=False)
        self.answers = answers
        self.account = account
        self.force_login(account)

    def request(self, **request):
        response = super().request(**request)
        self.answers.append(response)
        return response

    def page(self, name, *args, **query):
        return self.get(reverse(name, args=args, query=query or None))

    def send(self, page, *args, expect=302, **fields):
        """Open the page, then send its form with the hidden fields it had; returns the code it leads to."""
        address = reverse(page, args=args)
        opened = self.get(address)
        assert opened.status_code == 200, (page, opened.status_code)
        answer = self.post(address, hidden(opened) | fields)
        assert answer.status_code == expect, (page, answer.status_code, answer.content.decode()[-3000:])
        found = re.search(r"[2-9A-Z]{4}-[2-9A-Z]{4}", answer.get("Location", ""))
        return found.group() if found else ""


class HerBrowser(Her):
    """The browser of the person herself, that keeps every answer too."""

    def __init__(self, answers):
        super().__init__(raise_request_exception=False)
        self.answers = answers

    def request(self, **request):
        response = super().request(**request)
        self.answers.append(response)
        return response


def hidden(response):
    inputs = re.findall(r"<input type=\"hidden\" name=\"(\w+)\" value=\"([^\"]*)\"", response.content.decode())
    return {name: value for name, value in inputs if name != "csrfmiddlewaretoken"}


class Thread:
    """One thread in which whoever may write writes `word` wherever words can be written."""

    def __init__(self, word):
        self.word = word
        self.answers = []
        self.office = Office()
        an_agency("csw")
        self.inspector, self.duty, self.lead = (
            Visitor(who, self.answers) for who in (self.office.inspector, self.office.duty, self.office.lead)
        )
        self.members = [Visitor(member, self.answers) for member in self.office.members]

    def listed(self):
        """A site with a list of persons; the word stands in every cell, also where no word belongs."""
        words = dict.fromkeys(("address", "operator", "registry_no", "notes"), self.word)
        seen = {"kind": "factory", "present_min": "3", "in_danger": "no", "documents_held": "yes"}
        code = self.inspector.send("site:new", **seen, **words, seen_from="2026-03-12", sector="not_known")
        heads, cells = "number\tsex\tborn\tname\tdocument", "\t".join([self.word] * 5)
        self.inspector.send("site:send", code, text=f"{heads}\n{cells}\n2\t\t\t{self.word}\t{self.word}")
        self.inspector.send("site:check", code, expect=400, **{"c-2-0": "1", "c-2-1": self.word, "c-2-2": "1990"})
        self.inspector.send("site:check", code, **{"c-2-1": ""})
        self.inspector.send("site:add", code, presence="yes", name=self.word, document=self.word)
        self.inspector.send("site:reveal", code, 1, expect=200, purpose="same_person")
        self.inspector.send("site:person", code, 1, indicator_set="ilo-11")
        self.inspector.send("site:decline", code, 2)
        self.inspector.send("site:miss", code, 3, reason="left")
        self.inspector.page("site:roster", code)
        another = self.inspector.send("site:new", **seen, **words, seen_from="2026-03-12", sector="not_known")
        self.inspector.send("site:send", another, text=f"{heads}\n{cells}")
        self.duty.send("site:take_up", another)
        self.duty.send("site:decline_talks", another, reason="other", why=self.word)
        self.duty.page("site:detail", another)

    def noticed(self):
        word = self.word
        code = self.inspector.send(
            "screening:new", age_band="adult", indicator_set="ilo-11", sex="female", place="workplace", notes=word
        )
        for number in (1, 11):
            self.inspector.send("screening:question", code, number, answer="not_known", note=f"{word} {number}")
        self.inspector.page("screening:result", code)
        return code

    def called(self):
        """A call whose every box holds the word, and what follows from it."""
        operator = Visitor(staff("hotline_operator", "operator"), self.answers)
        word = self.word
        begun = (now() - timedelta(minutes=5)).astimezone().strftime("%Y-%m-%dT%H:%M")
        fields = call_fields(began_at=begun, may_call_back="yes")
        words = dict.fromkeys(("notes", "call_back_how", "call_back_never"), word)
        wrong = dict.fromkeys((*fields, "code_word", "ended_at", "call_back_from", "device_at", "then"), word)
        operator.send("hotline:take", expect=400, **wrong)
        call = operator.send("hotline:take", **fields, **words)
        operator.send("hotline:take", **fields, device_at=word, then=word)
        operator.page("hotline:call", call)
        operator.page("hotline:calls")
        operator.send("hotline:led_to", call, expect=400, **dict.fromkeys(("led_to", "agency", "screening"), word))
        operator.send("hotline:same_caller", call, expect=400, other=word, certainty="sure")
        operator.send("hotline:give_word", call)
        operator.send("hotline:screening", call, age_band="adult", indicator_set="ilo-11", notes=word)
        operator.page("hotline:call", call)

    def sent(self):
        screening = self.noticed()
        letter = letter_fields() | dict.fromkeys(
            ("anyway_reason", "name", "contact", "hours", "words", "never"), self.word
        )
        return self.inspector.send("referral:new", screening, **letter)

    def taken(self):
        code = self.sent()
        self.inspector.page("referral:receipt", code)
        self.duty.page("worklist")
        self.duty.send("referral:acknowledge", code)
        self.duty.page("referral:detail", code)
        return code

    def passed_on(self):
        code = self.taken()
        self.duty.send(
            "referral:redirect", code, agency=an_agency("csw").code, reason=self.word, arranged=self.word, agreed="on"
        )

    def not_reached(self):
        code = self.taken()
        self.duty.send("referral:attempt", code, channel="message", reason=self.word)
        rule = dict.fromkeys(("hours", "words", "never"), self.word)
        self.duty.send("referral:contact", code, channel="telephone", **rule)
        for _ in range(2):
            self.duty.send("referral:attempt", code, channel="telephone")
        self.duty.send("referral:close_unreachable", code, reason=self.word)

    def opened(self):
        code = self.taken()
        self.duty.send("referral:ask", code, question=self.word)
        self.inspector.send("referral:receipt", code, answer=self.word)
        self.duty.page("referral:detail", code)
        return self.duty.send("referral:accept", code)

    def assessed(self):
        case = self.opened()
        self.duty.send("case:inform_participants", case, how_police="telephone", how_sender="telephone")
        self.duty.send("case:reveal", case, expect=200, purpose="arrange_safety")
        self.duty.send("case:hand_over", case, lead=self.office.lead.code)
        self.lead.send("case:begin_assessment", case)
        return case

    def panel(self, case):
        decision = self.decision(case)
        seats = {f"seat_{d}": m.code for d, m in zip(disciplines(), self.office.members, strict=True)}
        self.lead.send("decision:assign_panel", decision, **seats)
        findings = {f"finding_{element}": "shown" for element in Element}
        findings |= {f"facts_{element}": self.word for element in Element}
        for member in self.members:
            member.page("cases")
            member.send("decision:give_opinion", decision, view="identified", reasons=self.word, **findings)
            member.page("case", case)
        return decision

    def told(self, case):
        """Statements, requests and what bodies said, every box holding the word."""
        word, account = self.word, {"purpose": "identification", "medium": "notes", "words": self.word}
        tomorrow = (now() + timedelta(days=1)).astimezone().strftime("%Y-%m-%dT%H:%M")
        self.lead.send("case:book", case, expect=400, **dict.fromkeys(("purpose", "planned_at"), word))
        self.lead.send("case:statement", case, **account, recording=word, agreed_investigation="prosecution")
        self.lead.send("case:book", case, purpose="help", planned_at=tomorrow, again="other", why=word)
        booked = self._code("tellings", self.lead.page("case:told", case))
        self.lead.send("telling:take", booked, expect=400, **dict.fromkeys(("at", "minutes", "office", *account), word))
        self.lead.send("telling:take", booked, **account)
        one = self._code("statements", self.lead.page("case", case))
        member = self.members[0]
        self.lead.send("statement:ask", one, purpose="help", words=word)
        asked = self._code("statement-requests", self.lead.page("statement:detail", one))
        self.lead.send(
            "request:answer", asked, answer="refuse", basis="consent", days="30", because="other", reason=word
        )
        prosecutor = Visitor(staff("prosecutor", "prosecutor"), self.answers)
        to = f"{an_agency('prosecution').code} {prosecutor.account.code}"
        handing = {"to": to, "purpose": "investigation", "basis": "court_order", "days": "30"}
        self.lead.send("statement:share", one, expect=400, **dict.fromkeys(handing, word))
        self.lead.send("statement:share", one, **handing, order=word)
        prosecutor.page("statements")
        prosecutor.page("statement:detail", one)
        self.lead.send("statement:agree", one, expect=400, agreed_help=word)
        self.lead.send("statement:strike", one, reason=word)
        self.lead.page("statement:detail", one)
        today, police = today_here().isoformat(), an_agency("police").code
        self.lead.send("case:determine", case, body=police, outcome="deferred", on=today, words=word)
        said = self._code("determinations", self.lead.page("case:told", case))
        self.lead.send(
            "determination:correct", said, body=police, outcome="identified", on=today, words=word, because=word
        )
        member.page("case:told", case)
        self.lead.page("case", case)

    def read_by_herself(self, case):
        """Her own page, given, opened together, and everything that can be typed there; every box holding the word."""
        word = self.word
        fields = {"way": "together", "language": "en", "days": "30", "secret": SECRET, "again": SECRET}
        self.lead.send("case:own", case, expect=400, **dict.fromkeys(fields, word))
        self.lead.send("case:own", case, expect=200, **fields)
        her = HerBrowser(self.answers)
        assert her.post(reverse("my"), dict.fromkeys(("code", "secret", "l", "token"), word)).status_code == 400
        self.lead.send("case:own_together", case)
        her.cookies["page"] = self.lead.cookies["page"].value
        assert her.send("my", secret=word).status_code == 400
        assert her.send("my", secret=SECRET).status_code == 302
        assert her.send("my_ask", wish="talk", words=word).status_code == 302
        assert her.send("my_ask", wish=word, words=word).status_code == 400
        her.send("my_change", 1, what=word)
        her.send("my_language", language=word)
        for name in ("my", "my_rights", "my_help", "my_read", "my_ask"):
            her.get(reverse(name))
        her.post(reverse("my_leave"))
        self.lead.force_login(self.lead.account)
        asked = self._code("own-requests", self.lead.page("case", case))
        self.lead.send("own_request:answer", asked, answer="done", remark=word)

    def _code(self, place, page):
        return re.search(rf"/{place}/([2-9A-Z-]{{9}})", page.content.decode()).group(1)

    def decision(self, case):
        page = self.lead.page("case", case).content.decode()
        return re.search(r"/decisions/([2-9A-Z-]{9})/", page).group(1)

    def decided(self):
        case = self.assessed()
        work_as_a_team(self.lead, case, self.word, lambda account: Visitor(account, self.answers))
        decision = self.panel(case)
        self.lead.send(
            "decision:defer", decision, until=(today_here() + timedelta(days=30)).isoformat(), questions=self.word
        )
        self.panel(case)
        reasons = {f"reason_{element}": self.word for element in Element}
        self.lead.send("decision:decline", decision, **reasons)
        self.papers(case)
        self.appealed(case, decision, reasons)
        self.lead.page("case", case)
        self.lead.page("cases")
        self.told(case)
        self.kept(case)
        return case

    def looked_at_again(self):
        """A decision that differs from the screening, and the line of the second look at it."""
        case = self.office.case_ready_to_decide()
        decision = self.decision(case.code)
        self.lead.send("decision:decline", decision, **{f"reason_{element}": self.word for element in Element})
        ruling = case.decision.rulings.get().code
        self.lead.page("worklist")
        self.lead.send("decision:review", ruling, expect=400, note="")
        self.lead.send("decision:review", ruling, note=self.word)
        self.lead.page("case", case.code)
        return ruling

    def kept(self, case):
        """What is decided about keeping the file, every box holding the word."""
        word, lead = self.word, self.lead
        file = self._code("retention", lead.page("case", case))
        lead.send("retention:hold", file, expect=400, reason=word, until=word, words=word)
        lead.send("retention:hold", file, reason="other", words=word)
        lead.send("retention:keep", file, expect=400, classes=word, until=word, words=word)
        lead.send("retention:keep", file, classes="appeal_file", until="2099-01-01", words=word)
        lead.send("retention:erase", file, expect=400, classes=word, ground=word)
        lead.send("retention:ask", file, expect=400, how=word)
        lead.send("retention:ask", file, how="spoken")
        asked = self._code("erasure-requests", lead.page("retention:file", file))
        lead.send("erasure_request:refuse", asked, expect=400, reason=word, words=word)
        lead.send("erasure_request:refuse", asked, reason="other", words=word)
        lead.page("retention:file", file)

    def papers(self, case):
        """The letter of the ruling, shown and as a file, with the reasons."""
        page = self.lead.page("case", case).content.decode()
        ruling = re.search(r"/papers/([2-9A-Z-]{9})", page).group(1)
        paper = {"variant": "full", "with_reasons": "on", "language": "en", "own_language": "vi"}
        for form in ("print", "docx"):
            self.lead.send("paper_of_ruling", ruling, expect=200, **paper, **{"as": form})
        self.lead.send("paper_of_ruling", ruling, expect=400, **dict.fromkeys((*paper, "as"), self.word))
        self.lead.send("letter_confirm", expect=400, reference=self.word, on=self.word)
        self.lead.send("letter_confirm", expect=200, reference=self.word[:20], on=today_here().isoformat())

    def appealed(self, case, decision, reasons):
        """Served, appealed against, and granted by the second instance."""
        reviewer = Visitor(staff("appeal_reviewer", "second"), self.answers)
        handed = {"how": "in_person", "received_by": "person", "language": "vi", "was_interpreted": "on"}
        self.lead.send("decision:serve", decision, **handed, remark=self.word)
        self.lead.send("decision:lodge", decision, lodged_by="person", channel="spoken", grounds=self.word)
        appeal = re.search(r"/appeals/([2-9A-Z-]{9})", self.lead.page("case", case).content.decode()).group(1)
        self.lead.send("case:help", case, kind="legal_advice", words=self.word)
        self.lead.send("appeal:complete", appeal)
        self.lead.send("appeal:forward", appeal, reviewer=reviewer.account.code)
        reviewer.page("appeal:detail", appeal)
        reviewer.send("appeal:grant", appeal, main_form="labour", **reasons)
        self.lead.page("appeal:detail", appeal)


def letter_fields():
    return {
        "is_safe_tonight": "yes",
        "needs_doctor": "no",
        "basis": "consent",
        "agree_interview": ["centre"],
        "consent_how": "spoken",
        "channel": "telephone",
    }


def disciplines():
    from opennrm.access.country import current_profile

    return list(current_profile().disciplines)
