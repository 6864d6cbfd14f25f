"""Addresses of keeping and erasing."""

from django.urls import path

from opennrm.retention import views

file_pages = [
    path("<str:code>", views.file, name="file"),
    path("<str:code>/erase", views.erase, name="erase"),
    path("<str:code>/keep", views.keep, name="keep"),
    path("<str:code>/hold", views.hold, name="hold"),
    path("<str:code>/ask", views.ask, name="ask"),
    path("<str:code>/lift", views.lift, name="lift"),
]
erasure_steps = [
    path("<str:code>/confirm", views.confirm, name="confirm"),
    path("<str:code>/reject", views.reject, name="reject"),
]
request_steps = [
    path("<str:code>/grant", views.grant, name="grant"),
    path("<str:code>/grant-part", views.grant_partly, name="grant_partly"),
    path("<str:code>/refuse", views.refuse, name="refuse"),
    path("<str:code>/withdraw", views.withdraw, name="withdraw"),
]
