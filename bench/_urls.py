"""The product's addresses; a bare answer, a bare page, and a bare form that writes given rows in SQL.

All of them behind all middleware.
"""

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path

from bench._sql import Statement
from opennrm.access.behind_wall import CROSSINGS, beyond
from opennrm.desk.urls import handler400, handler403, handler404, handler500
from opennrm.desk.urls import urlpatterns as of_the_product

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

PREPARED: dict[str, list[Statement]] = {}


def bare(request: HttpRequest) -> HttpResponse:
    """Nothing but that somebody is signed in, which the middleware asked."""
    return HttpResponse("bare")


def page(request: HttpRequest) -> HttpResponse:
    """A page of the product without content: what stands on every page for somebody who is signed in."""
    return render(request, "shell.html")


def written(request: HttpRequest) -> HttpResponse:
    """Write what was prepared, in one transaction and nothing else, as whoever owns the tables."""
    with beyond(min(CROSSINGS)), transaction.atomic(), connection.cursor() as cursor:
        for text, values in PREPARED[request.POST["key"]]:
            cursor.execute(text, values)
    return HttpResponseRedirect("/bare")


urlpatterns = [path("bare", bare), path("page", page), path("written", written), *of_the_product]
