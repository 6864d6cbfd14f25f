"""Addresses of case conferences."""

from django.urls import path

from opennrm.identification.conferences import views

case_steps = [path("<str:code>/conference", views.plan, name="plan_conference")]
conference_pages = [
    path("<str:code>", views.detail, name="detail"),
    path("<str:code>/minutes", views.hold, name="hold"),
    path("<str:code>/change", views.rewrite, name="rewrite"),
    path("<str:code>/sign", views.sign, name="sign"),
    path("<str:code>/cancel", views.cancel, name="cancel"),
    path("<str:code>/correct", views.correct, name="correct"),
]
