"""Addresses of papers and photos."""

from django.urls import path

from opennrm.identification.attachments import views

case_steps = [
    path("<str:code>/attachments", views.attachments, name="attachments"),
    path("<str:code>/attach", views.attach, name="attach"),
]
attachment_pages = [
    path("<str:code>/content", views.content, name="content"),
    path("<str:code>/take-away", views.take_away, name="take_away"),
]
