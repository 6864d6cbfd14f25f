"""Addresses below the sign-in page."""

from django.urls import path

from opennrm.desk.signing_in import enter, outside, own

urlpatterns = [
    path("second", enter.second, name="sign_in_second"),
    path("passkey", enter.passkey, name="sign_in_passkey"),
    path("passkey/options", enter.passkey_options, name="passkey_options"),
    path("again", enter.confirm, name="sign_in_confirm"),
    path("begin", own.begin, name="sign_in_begin"),
    path("at/<str:provider>", outside.go, name="outside_go"),
    path("at/<str:provider>/back", outside.back, name="outside_back"),
    path("mine", own.mine, name="own_sign_in"),
    path("mine/password", own.password, name="own_password"),
    path("mine/app", own.app, name="own_app"),
    path("mine/passkey", own.passkey, name="own_passkey"),
    path("mine/codes", own.codes, name="own_codes"),
    path("mine/not-me", own.disowned, name="own_disown"),
    path("mine/remove", own.remove, name="own_factor_remove"),
    path("mine/sessions", own.end, name="own_sessions_end"),
]
