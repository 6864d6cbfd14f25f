"""Addresses of emergencies."""

from django.urls import path

from opennrm.identification.emergencies import views

emergency_pages = [
    path("<str:code>", views.detail, name="detail"),
    path("<str:code>/review", views.review, name="review"),
    path("<str:code>/end", views.end, name="end"),
]
