"""Addresses of referrals. The desk joins them with the step that opens a case."""

from django.urls import path

from opennrm.referral import views

match_pages = [
    path("<str:code>", views.answer_match, name="answer"),
    path("<str:code>/ask", views.ask_lead, name="ask"),
]
urlpatterns = [
    path("from/<str:code>", views.new, name="new"),
    path("from/<str:code>/count-only", views.count_only, name="count_only"),
    path("counted", views.counted, name="counted"),
    path("<str:code>", views.detail, name="detail"),
    path("<str:code>/receipt", views.receipt, name="receipt"),
    path("<str:code>/take-over", views.acknowledge, name="acknowledge"),
    path("<str:code>/take-on", views.take_on, name="take_on"),
    path("<str:code>/ask", views.ask, name="ask"),
    path("<str:code>/pass-on", views.redirect_elsewhere, name="redirect"),
    path("<str:code>/close", views.close_unreachable, name="close_unreachable"),
    path("<str:code>/attempt", views.attempt, name="attempt"),
    path("<str:code>/contact", views.contact, name="contact"),
    path("<str:code>/withdraw", views.withdraw, name="withdraw"),
    path("<str:code>/name", views.reveal, name="reveal"),
]
