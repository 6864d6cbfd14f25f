"""Every address. What a room offers stands in the room; here they are put together."""

from django.urls import include, path

from opennrm.desk.api import PREFIX, addresses
from opennrm.desk.signing_in import enter
from opennrm.desk.views import (
    account,
    cases,
    clocks,
    components,
    estimates,
    figures,
    home,
    leaving,
    notices,
    offices,
    papers,
    team,
)
from opennrm.duty.urls import urlpatterns as on_call_pages
from opennrm.identification.appeals import urls as appeals
from opennrm.identification.attachments import urls as attachments
from opennrm.identification.conferences import urls as conferences
from opennrm.identification.conflicts import urls as conflicts
from opennrm.identification.conflicts.views import colleagues
from opennrm.identification.emergencies import urls as emergencies
from opennrm.identification.emergencies.views import emergencies as emergency_list
from opennrm.identification.emergencies.views import open_file as emergency_open
from opennrm.identification.interpreters import urls as interpreters
from opennrm.identification.interpreters.views import new as new_interpreter
from opennrm.identification.interpreters.views import register as interpreter_register
from opennrm.identification.statements import urls as statements
from opennrm.identification.statements.views import statements as statements_list
from opennrm.identification.teamwork import urls as teamwork
from opennrm.identification.urls import case_steps, decision_steps, referral_steps
from opennrm.identification.watch import urls as watch
from opennrm.identification.watch.views import known_in, readings
from opennrm.own import urls as own
from opennrm.own.views.staff import terminals
from opennrm.referral.hotline.urls import urlpatterns as hotline_pages
from opennrm.referral.urls import match_pages
from opennrm.referral.urls import urlpatterns as referral_pages
from opennrm.retention import urls as retention
from opennrm.retention.views import due
from opennrm.screening import lists
from opennrm.sites.views.reports import reports

handler400 = "opennrm.desk.views.errors.bad_request"
handler403 = "opennrm.desk.views.errors.not_found"
handler404 = "opennrm.desk.views.errors.not_found"
handler500 = "opennrm.desk.views.errors.server_error"

case_pages = [
    *case_steps,
    *appeals.case_steps,
    path("<str:code>/team", team.team_page, name="team"),
    *teamwork.case_steps,
    *conflicts.case_steps,
    *conferences.case_steps,
    *interpreters.case_steps,
    *statements.case_steps,
    *own.case_steps,
    *watch.case_steps,
    *attachments.case_steps,
]
urlpatterns = [
    path("", home.home, name="home"),
    path("sign-in", enter.sign_in, name="sign_in"),
    path("sign-in/", include("opennrm.desk.signing_in.urls")),
    path("sign-out", account.SignOut.as_view(), name="sign_out"),
    path("resume", account.resume, name="resume"),
    path("resume/throw-away", account.throw_away, name="throw_away"),
    path("close", leaving.close, name="close"),
    path("still-signed-in", leaving.still_signed_in, name="still_signed_in"),
    path("language", account.set_language, name="set_language"),
    path("worklist", home.worklist, name="worklist"),
    path("clocks", clocks.clocks, name="clocks"),
    path("notices", notices.notices, name="notices"),
    path("on-call/", include((on_call_pages, "duty"))),
    path("find", home.find, name="find"),
    path("my-notes", home.notes, name="notes"),
    path("notes/", include("opennrm.screening.urls")),
    path("offices", offices.offices, name="offices"),
    path("offices/give", offices.give, name="post_give"),
    path("offices/end", offices.end, name="post_end"),
    path("offices/sign-in", offices.sign_in_of_colleague, name="colleague_sign_in"),
    path("offices/sign-in/reports", offices.reports, name="sign_in_reports"),
    path("offices/sign-in/settled", offices.settled, name="colleague_settled"),
    path("lists", lists.lists, name="lists"),
    path("lists/<str:key>", lists.one_list, name="list"),
    path("lists/<str:key>/form", lists.as_form, name="list_form"),
    path("lists/<str:key>/confirm", lists.confirm, name="list_confirm"),
    path("lists/<str:key>/discrepancy", lists.discrepancy, name="list_discrepancy"),
    path("lists/<str:key>/discrepancy/<str:check>", lists.settle, name="list_settle"),
    path("lists/<str:key>/take-back", lists.take_back, name="list_take_back"),
    path("my-sites", reports, name="sites"),
    path("sites/", include("opennrm.sites.urls")),
    path("matches/", include((match_pages, "match"))),
    path("referrals/", include(([*referral_pages, *referral_steps], "referral"))),
    path("calls/", include((hotline_pages, "hotline"))),
    path("cases", cases.cases, name="cases"),
    path("cases/<str:code>", cases.case_page, name="case"),
    path("cases/", include((case_pages, "case"))),
    path("shared", team.shared, name="shared"),
    path("tasks/", include((teamwork.task_pages, "task"))),
    path("conferences/", include((conferences.conference_pages, "conference"))),
    path("interpreters", interpreter_register, name="interpreters"),
    path("interpreters/new", new_interpreter, name="interpreter_new"),
    path("interpreters/", include((interpreters.interpreter_pages, "interpreter"))),
    path("bookings/", include((interpreters.booking_pages, "booking"))),
    path("colleagues", colleagues, name="colleagues"),
    path("colleagues/", include((conflicts.colleague_pages, "colleague"))),
    path("emergency", emergency_open, name="emergency_open"),
    path("emergencies", emergency_list, name="emergencies"),
    path("emergencies/", include((emergencies.emergency_pages, "emergency"))),
    path("readings", readings, name="readings"),
    path("readings/", include((watch.reading_pages, "reading"))),
    path("known-in", known_in, name="known_in"),
    path("decisions/", include(([*decision_steps, *appeals.decision_steps], "decision"))),
    path("appeals/", include((appeals.appeal_pages, "appeal"))),
    path("statements", statements_list, name="statements"),
    path("statements/", include((statements.statement_pages, "statement"))),
    path("statement-requests/", include((statements.request_pages, "request"))),
    path("attachments/", include((attachments.attachment_pages, "attachment"))),
    path("tellings/", include((statements.telling_steps, "telling"))),
    path("determinations/", include((statements.determination_pages, "determination"))),
    path("retention", due, name="retention"),
    path("retention/", include((retention.file_pages, "retention"))),
    path("erasures/", include((retention.erasure_steps, "erasure"))),
    path("erasure-requests/", include((retention.request_steps, "erasure_request"))),
    path("papers/confirm", papers.confirm, name="letter_confirm"),
    path("papers/<str:code>", papers.of_ruling, name="paper_of_ruling"),
    path("papers/appeals/<str:code>", papers.of_appeal, name="paper_of_appeal"),
    path("figures", figures.catalogue, name="figures"),
    path("figures/estimate", estimates.estimate, name="estimate"),
    path("figures/estimate/try", estimates.try_out, name="estimate_try"),
    path("figures/<str:measure_id>", figures.figure, name="figure"),
    path("figures/<str:measure_id>/csv", figures.as_csv, name="figure_csv"),
    path("figures/<str:measure_id>/xlsx", figures.as_xlsx, name="figure_xlsx"),
    path("figures/<str:measure_id>/reported", figures.reported, name="figure_reported"),
    path("figures/<str:measure_id>/reported/<str:code>", figures.explained, name="figure_explained"),
    path("figures/<str:measure_id>/cases", figures.behind, name="figure_cases"),
    path(PREFIX, addresses()),
    *own.her_pages,
    path("own-requests/", include((own.request_pages, "own_request"))),
    path("terminals", terminals, name="terminals"),
    path("components", components.show, name="components"),
]
