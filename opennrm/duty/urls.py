"""Addresses of the on-call list: an office or a shift by its code, nothing of anybody."""

from django.urls import path

from opennrm.duty import views

urlpatterns = [
    path("", views.first, name="first"),
    path("<str:code>", views.office, name="office"),
    path("<str:code>/add", views.add, name="add"),
    path("<str:code>/weekly", views.weekly, name="weekly"),
    path("<str:code>/head", views.head, name="head"),
    path("shifts/<str:code>/end", views.end, name="end"),
    path("shifts/<str:code>/swap", views.swap, name="swap"),
]
