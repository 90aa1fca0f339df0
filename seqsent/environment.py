"""Where and with what a result was made."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path

from seqsent.backend import choose_backend, threads


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
    """Return the processor's name; Python itself leaves it empty on Linux."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or "unknown"
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or "unknown")
