"""The product's settings, with one bare page beside its addresses."""

from opennrm.desk.settings import *  # noqa: F403

ROOT_URLCONF = "bench._urls"
