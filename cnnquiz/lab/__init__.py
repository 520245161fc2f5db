"""The only home of torch, numpy and Pillow, which the extra `lab` installs: networks written out, built and trained."""

from __future__ import annotations

import os
from importlib.util import find_spec

from cnnquiz.errors import CnnquizError

MISSING = (
    "the lab needs {missing}: pip install 'cnnquiz[lab]' (the README says how to get PyTorch without its gigabytes "
    "for graphics cards)"
)
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # read when torch is imported; waiting threads slow the others


def require() -> None:
    """CnnquizError where a library of the lab is not installed; none is imported."""
    missing = [name for name in ("torch", "numpy", "PIL") if find_spec(name) is None]
    if missing:
        raise CnnquizError(MISSING.format(missing=", ".join(missing).replace("PIL", "pillow")))
