"""Files in a zip archive, the same bytes for the same content."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

_BEGIN = (1980, 1, 1, 0, 0, 0)  # the first moment that a zip archive can say


def zipped(files: Mapping[str, str]) -> bytes:
    """The archive of these files, by their names, in order."""
    page = io.BytesIO()
    with zipfile.ZipFile(page, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name, _BEGIN), text.encode(), zipfile.ZIP_DEFLATED)
    return page.getvalue()
