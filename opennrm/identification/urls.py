"""Addresses of a case's steps, by the record whose life they belong to."""

from django.urls import path

from opennrm.identification import views

case_steps = [
    path("<str:code>/inform", views.inform, name="inform_participants"),
    path("<str:code>/protect", views.protect, name="protect_urgently"),
    path("<str:code>/assess", views.assess, name="begin_assessment"),
    path("<str:code>/hand-over", views.hand_over, name="hand_over"),
    path("<str:code>/name", views.reveal, name="reveal"),
]
decision_steps = [
    path("<str:code>/panel", views.assign_panel, name="assign_panel"),
    path("<str:code>/opinion", views.give_opinion, name="give_opinion"),
    path("<str:code>/identified", views.identify, name="identify"),
    path("<str:code>/not-identified", views.decline, name="decline"),
    path("<str:code>/defer", views.defer, name="defer"),
    path("<str:code>/guardian", views.safeguard, name="safeguard"),
    path("<str:code>/review", views.review, name="review"),
]
referral_steps = [
    path("<str:code>/open", views.open_case, name="accept"),
    path("<str:code>/link", views.link_referral, name="link"),
    path("<str:code>/unlink", views.part_referral, name="unlink"),
]
