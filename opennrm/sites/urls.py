"""Addresses of sites. Neutral: nothing in them says what was seen or who was met."""

from django.urls import path

from opennrm.sites.views import office, persons, reports, sharing

app_name = "site"
urlpatterns = [
    path("new", reports.new, name="new"),
    path("of-call/<str:code>", reports.of_call, name="of_call"),
    path("<str:code>", office.detail, name="detail"),
    path("<str:code>/receipt", reports.receipt, name="receipt"),
    path("<str:code>/take-up", office.take_up, name="take_up"),
    path("<str:code>/take-on", office.take_on, name="take_on"),
    path("<str:code>/talks", office.begin_talks, name="begin_talks"),
    path("<str:code>/no-talks", office.decline_talks, name="decline_talks"),
    path("<str:code>/list", persons.roster, name="roster"),
    path("<str:code>/list/add", persons.add, name="add"),
    path("<str:code>/list/send", persons.send, name="send"),
    path("<str:code>/list/check", persons.check, name="check"),
    path("<str:code>/list/colleagues", sharing.share, name="share"),
    path("<str:code>/list/end", persons.finish, name="finish"),
    path("<str:code>/list/<int:number>", persons.person, name="person"),
    path("<str:code>/list/<int:number>/over", persons.end_talk, name="end_talk"),
    path("<str:code>/list/<int:number>/declined", persons.decline, name="decline"),
    path("<str:code>/list/<int:number>/missed", persons.miss, name="miss"),
    path("<str:code>/list/<int:number>/name", persons.reveal, name="reveal"),
]
