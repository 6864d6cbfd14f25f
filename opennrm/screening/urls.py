"""Neutral addresses: nothing in them tells what the notes are about."""

from django.urls import path

from opennrm.screening import views

app_name = "screening"
urlpatterns = [
    path("new", views.new, name="new"),
    path("<str:code>/<int:number>", views.question, name="question"),
    path("<str:code>/result", views.result, name="result"),
    path("<str:code>/list", views.other_list, name="list"),
    path("<str:code>/discard", views.discard, name="discard"),
]
