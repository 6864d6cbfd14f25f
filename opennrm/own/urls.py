"""Addresses of her own pages, and of the pages on which colleagues give access to them."""

from django.urls import path

from opennrm.own.views import hers, staff

her_pages = [
    path("my", hers.my, name="my"),
    path("my/rights", hers.rights, name="my_rights"),
    path("my/help", hers.help_page, name="my_help"),
    path("my/read", hers.read, name="my_read"),
    path("my/change/<int:number>", hers.change, name="my_change"),
    path("my/ask", hers.ask, name="my_ask"),
    path("my/language", hers.language, name="my_language"),
    path("my/leave", hers.leave, name="my_leave"),
]
case_steps = [
    path("<str:code>/own", staff.give, name="own"),
    path("<str:code>/own/end", staff.end, name="own_end"),
    path("<str:code>/own/together", staff.together, name="own_together"),
]
request_pages = [path("<str:code>", staff.answer, name="answer")]
