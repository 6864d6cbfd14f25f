"""The WSGI application that a server runs."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opennrm.desk.settings")
application = get_wsgi_application()

# A request makes thousands of small things and keeps none of them: the collector need not look at what stays for good,
# nor after every few hundred.
gc.freeze()
gc.set_threshold(20_000, 20, 20)
