"""Addresses of service and appeal."""

from django.urls import path

from opennrm.identification.appeals import views

case_steps = [path("<str:code>/help", views.arrange_help, name="help")]
decision_steps = [
    path("<str:code>/serve", views.serve, name="serve"),
    path("<str:code>/appeal", views.lodge, name="lodge"),
]
appeal_pages = [
    path("<str:code>", views.detail, name="detail"),
    path("<str:code>/reopen-period", views.reinstate, name="reinstate"),
    path("<str:code>/complete", views.complete, name="complete"),
    path("<str:code>/late", views.reject_late, name="reject_late"),
    path("<str:code>/forward", views.forward, name="forward"),
    path("<str:code>/correct", views.correct, name="correct"),
    path("<str:code>/grant", views.grant, name="grant"),
    path("<str:code>/reject", views.reject, name="reject"),
    path("<str:code>/return", views.send_back, name="return"),
    path("<str:code>/withdraw", views.withdraw, name="withdraw"),
]
