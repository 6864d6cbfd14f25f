"""Addresses of readings that somebody looks at."""

from django.urls import path

from opennrm.identification.watch import views

case_steps = [path("<str:code>/public-eye", views.mark_public, name="mark_public")]
reading_pages = [path("<str:code>", views.settle, name="settle")]
