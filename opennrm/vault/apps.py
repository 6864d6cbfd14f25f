"""The vault as a Django app."""

from django.apps import AppConfig


class VaultConfig(AppConfig):
    """Sealing, signing and keys."""

    name = "opennrm.vault"
    label = "vault"
    default_auto_field = "django.db.models.BigAutoField"
