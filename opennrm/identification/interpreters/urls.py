"""Addresses of the register of interpreters and of bookings."""

from django.urls import path

from opennrm.identification.interpreters import views

case_steps = [
    path("<str:code>/interpreter", views.choose, name="interpreter"),
    path("<str:code>/interpreter/<str:interpreter>", views.book, name="book_interpreter"),
    path("<str:code>/interpreter/<str:interpreter>/not", views.bar, name="bar"),
]
interpreter_pages = [
    path("<str:code>", views.detail, name="detail"),
    path("<str:code>/vet", views.vet, name="vet"),
    path("<str:code>/end", views.end, name="end"),
]
booking_pages = [path("<str:code>/cancel", views.cancel, name="cancel")]
