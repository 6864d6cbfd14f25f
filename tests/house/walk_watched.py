"""Papers and photos, emergencies, readings, how appeals end, a list's weights; the word stands in every box.

Also where it can only be smuggled in: in the name of a file, and inside it.
"""

import re
from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile

from opennrm.access.actions import grant
from opennrm.access.actor import SYSTEM
from opennrm.access.country import current_profile
from opennrm.identification.appeals.actions import consider_reinstatement
from opennrm.identification.models import Case
from opennrm.identification.watch.actions import look
from opennrm.kernel.clock import frozen, now
from opennrm.kernel.codes import Element
from opennrm.screening.models import WeightCheck
from opennrm.workflow.actions import read_file
from tests.factories import an_appeal, an_open_child_case, declined, staff
from tests.identification.attachments.files import a_pdf, a_photo

DAY = timedelta(days=1)


def keep_papers(lead, case, word):
    """A photo that tells of her behind the picture, a PDF with her name on its page, and files that are not taken."""
    seen = word.split()[0]
    kinds = {
        "jpg": (a_photo(word=word), "image/jpeg"),
        "png": (a_photo("PNG", word=word), "image/png"),
        "pdf": (a_pdf(text=seen), "application/pdf"),
    }
    given = {"data_class": "person_identity", "words": word}
    lead.send("case:attach", case, expect=400, file=_file(word, "txt", (word.encode(), "text/plain")), **given)
    lead.send("case:attach", case, expect=400, data_class=word, words=word)
    for ending, kind in kinds.items():
        lead.send("case:attach", case, file=_file(word, ending, kind), **given)
    codes = re.findall(r"/attachments/([2-9A-Z-]{9})/take-away", lead.page("case:attachments", case).content.decode())
    assert len(codes) == 3
    given_out = [lead.page("attachment:content", code).content for code in codes]
    assert [seen.encode() in content for content in given_out].count(True) == 1, "only what is seen on a page stays"
    lead.send("attachment:take_away", codes[-1], expect=400, because=word)
    lead.send("attachment:take_away", codes[-1], because="not_needed")
    lead.page("case:attachments", case)


def open_in_an_emergency(lead, case, word, visit):
    """Somebody at night opens the file, ends it, and somebody else looks at it; both write the word."""
    night, second = visit(staff("centre_case_manager", "night")), visit(staff("data_protection_officer", "second-look"))
    opening = {"code": case, "reason": "danger_to_life", "words": word}
    night.send("emergency_open", expect=400, **dict.fromkeys(opening, word))
    night.send("emergency_open", **opening)
    night.page("case", case)
    [code] = set(re.findall(r"/emergencies/([2-9A-Z-]{9})", night.page("emergencies").content.decode()))
    night.send("emergency:end", code)
    second.send("emergency:review", code, expect=400, verdict=word, words=word)
    second.send("emergency:review", code, verdict="justified", words=word)
    for visitor in (night, second, lead):
        visitor.page("emergency:detail", code)
        visitor.page("notices")


def look_at_readings(lead, case, word, visit):
    """The case is in the public eye; a reading of it is found and settled."""
    auditor, reader = visit(staff("auditor", "auditor")), visit(staff("ngo_case_worker", "reader"))
    lead.send("case:mark_public", case, expect=400, words="")
    lead.send("case:mark_public", case, words=word)
    reader.send("known_in", expect=400, districts=word)
    held = Case.unscoped.get(code=case)
    grant(held.file_code, reader.account, classes=["protection_plan"], purpose="protection", by=SYSTEM)
    read_file(held, by=reader.account, purpose="team")
    look()
    code = re.search(r"/readings/([2-9A-Z-]{9})", auditor.page("readings").content.decode()).group(1)
    auditor.send("reading:settle", code, expect=400, outcome=word, words=word)
    auditor.send("reading:settle", code, outcome="asked", words=word)
    auditor.page("readings", show="settled")


def appeals_end_otherwise(office, lead, word, visit):
    """One is rejected, one taken back by the person, one came too late and its period is not reopened."""
    second = visit(staff("appeal_reviewer", "third-instance"))
    rejected, taken_back, late = (office.case_ready_to_decide() for _ in range(3))
    for case in (rejected, taken_back, late):
        declined(case, office.lead)
    rejected, taken_back = (an_appeal(case, office.lead).code for case in (rejected, taken_back))
    with frozen(now() + 60 * DAY):  # a session does not last that long: the action, not the page
        appeal = an_appeal(late, office.lead)
        consider_reinstatement(appeal, is_granted=False, reason=word, by=office.lead)
    lead.send("appeal:complete", rejected)
    lead.send("appeal:forward", rejected, reviewer=second.account.code)
    second.send("appeal:reject", rejected, **{f"reason_{element}": word for element in Element})
    second.page("appeal:detail", rejected)
    lead.send("appeal:withdraw", taken_back, reason=word)
    for code in (rejected, taken_back, appeal.code):
        lead.page("appeal:detail", code)


def compare_weights(word, visit):
    """What an administrator writes of a list's weights and of its printed edition: no person's, and sealed too."""
    admin = visit(staff("administrator", "weights"))
    used = next(one for one in current_profile().all_indicator_sets if one.is_weighted)
    sign = used.indicators[0].id
    admin.send("list_discrepancy", used.key, expect=400, indicator=word, note=word, edition=word)
    admin.send("list_discrepancy", used.key, indicator=sign, note=word, edition=word)
    noted = WeightCheck.objects.latest("at").code
    admin.send("list_settle", used.key, noted, note=word)
    admin.send("list_confirm", used.key, expect=400, edition=word, is_independent="")
    admin.send("list_confirm", used.key, edition=word, is_independent="on")
    admin.send("list_take_back", used.key, note=word)
    admin.page("list", used.key)


def stand_by_a_child(sender, word, visit):
    """A child's case: its guardian and its best interests are written before anything is decided."""
    guardian = visit(staff("guardianship_authority_child_case", "guardian"))
    case = an_open_child_case(sender.account, guardian.account)
    guardian.send("decision:safeguard", case.decision.code, guardian=word, best_interests=word)
    guardian.page("case", case.code)


def _file(name, ending, kind):
    content, media_type = kind
    return SimpleUploadedFile(f"{name}.{ending}", content, media_type)
