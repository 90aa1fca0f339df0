"""What is read from outside: with limits, and only in the form that was declared.

A file may say anything of itself. Nothing here believes it: sizes are compared with what is there,
types with what was declared, and whatever does not fit is a ``ValueError``, which each reader
turns into an error of its own that names the file.
"""

from seqsent.untrusted.archives import (
    SMALL,
    TIGHTEST,
    open_archive,
    read_array,
    read_arrays,
    read_header,
    read_member,
)
from seqsent.untrusted.documents import conform, read_document, read_json, read_json_line
from seqsent.untrusted.files import in_brief, regular_size, shown

__all__ = [
    "SMALL",
    "TIGHTEST",
    "conform",
    "in_brief",
    "open_archive",
    "read_array",
    "read_arrays",
    "read_document",
    "read_header",
    "read_json",
    "read_json_line",
    "read_member",
    "regular_size",
    "shown",
]
