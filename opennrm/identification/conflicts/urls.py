"""Addresses of conflicts of interest."""

from django.urls import path

from opennrm.identification.conflicts import views

case_steps = [
    path("<str:code>/team/keep-out/<str:colleague>", views.keep_out, name="keep_out"),
    path("<str:code>/team/<int:number>/lift", views.lift, name="lift"),
]
colleague_pages = [
    path("<str:code>/keep-out", views.keep_out_of_files, name="keep_out"),
    path("<str:code>/lift", views.lift_everywhere, name="lift"),
]
