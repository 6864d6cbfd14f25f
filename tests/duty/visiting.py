"""Somebody who is signed in, and the words of a page."""

from html import unescape

from django.test import Client


def visitor(account):
    client = Client()
    client.force_login(account)
    return client


def words(answer):
    return " ".join(unescape(answer.content.decode()).split())
