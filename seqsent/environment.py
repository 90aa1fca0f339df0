"""Where and with what a result was made."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path

from seqsent.backend import choose_backend, threads

# What says of which kind a processor is, and how Linux calls it.
_KIND = {"family": "cpu family", "model": "model"}


def environment() -> dict[str, str]:
    """Return versions, backend and machine, as a reader needs them beside a figure."""
    backend = choose_backend()
    return {
        "backend": backend,
        backend: version(backend),
        "keras": version("keras"),
        "numpy": version("numpy"),
        "seqsent": version("seqsent"),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "processors": str(
            len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
        ),
        "threads": str(threads()),
    }


def _processor() -> str:
    """Return the processor's name and kind; Python itself leaves both empty on Linux."""
    try:
        first, _, _ = Path("/proc/cpuinfo").read_text(encoding="utf-8").partition("\n\n")
    except OSError:
        return platform.processor() or "unknown"
    pairs = (line.partition(":") for line in first.splitlines())
    known = {name.strip(): value.strip() for name, _, value in pairs}
    # Rented processors of several generations have one name, and compute in different ways.
    kind = (f"{name} {known[of]}" for name, of in _KIND.items() if known.get(of))
    return ", ".join([known.get("model name") or platform.processor() or "unknown", *kind])
