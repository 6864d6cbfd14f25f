"""Files that arrive are held in memory only, up to a size that hangs on the page: none lies in a temporary file."""

from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import MemoryFileUploadHandler

from opennrm.identification.rules.attachments import LARGEST

# Words around a file, and what the form holds besides.
AROUND = 128 * 1024


class InMemory(MemoryFileUploadHandler):
    """What is larger than the page takes does not arrive."""

    def handle_raw_input(
        self,
        input_data: Any,
        META: Any,  # noqa: N803 - Django's name
        content_length: int,
        boundary: Any,
        encoding: Any = None,
    ) -> None:
        """Decide by the length that the request gives of itself, before a byte is read."""
        takes_papers = self.request is not None and self.request.path.endswith("/attach")
        self.activated = content_length <= (LARGEST + AROUND if takes_papers else settings.FILE_UPLOAD_MAX_MEMORY_SIZE)
