"""Addresses of the hotline's pages."""

from django.urls import path

from opennrm.referral.hotline import views

urlpatterns = [
    path("", views.calls, name="calls"),
    path("new", views.take, name="take"),
    path("<str:code>", views.call, name="call"),
    path("<str:code>/led-to", views.add_outcome, name="led_to"),
    path("<str:code>/code-word", views.give_word, name="give_word"),
    path("<str:code>/same-caller", views.same_caller, name="same_caller"),
    path("<str:code>/call-back/<int:number>", views.attempt, name="attempt"),
    path("<str:code>/screening", views.screening, name="screening"),
    path("<str:code>/mistake", views.withdraw, name="withdraw"),
]
