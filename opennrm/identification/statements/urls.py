"""Addresses of statements, of bookings and requests, and of what bodies said."""

from django.urls import path

from opennrm.identification.statements import views

case_steps = [
    path("<str:code>/told", views.told, name="told"),
    path("<str:code>/book", views.book, name="book"),
    path("<str:code>/statement", views.take, name="statement"),
    path("<str:code>/determination", views.determine, name="determine"),
]
telling_steps = [
    path("<str:code>/take", views.take_booked, name="take"),
    path("<str:code>/cancel", views.cancel, name="cancel"),
]
statement_pages = [
    path("<str:code>", views.detail, name="detail"),
    path("<str:code>/ask", views.ask, name="ask"),
    path("<str:code>/share", views.share, name="share"),
    path("<str:code>/agreed", views.agree, name="agree"),
    path("<str:code>/strike", views.strike, name="strike"),
]
request_pages = [path("<str:code>/answer", views.answer, name="answer")]
determination_pages = [path("<str:code>/correct", views.correct, name="correct")]
