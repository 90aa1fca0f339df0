"""``python -m seqsent.cli``."""

from seqsent.cli import main

main()
