"""Addresses of the team and of tasks."""

from django.urls import path

from opennrm.identification.teamwork import views

case_steps = [
    path("<str:code>/team/find", views.find, name="find"),
    path("<str:code>/team/give/<str:colleague>", views.let_in, name="let_in"),
    path("<str:code>/team/<int:number>/extend", views.extend, name="extend"),
    path("<str:code>/team/<int:number>/change", views.change, name="change_access"),
    path("<str:code>/team/<int:number>/end", views.end, name="end_access"),
    path("<str:code>/task", views.give_task, name="give_task"),
]
task_pages = [
    path("<str:code>", views.task, name="detail"),
    path("<str:code>/done", views.finish, name="finish"),
    path("<str:code>/drop", views.drop, name="drop"),
]
