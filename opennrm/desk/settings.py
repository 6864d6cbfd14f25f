"""Django settings of OpenNRM."""

SECRET_KEY = "for the first commit only"  # noqa: S105
INSTALLED_APPS: list[str] = []
USE_TZ = True
