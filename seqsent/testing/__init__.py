"""What every architecture must do, as checks that a plugin's own tests can run."""

from seqsent.testing.kit import check_architecture, list_checks, parametrize_with_checks

__all__ = ["check_architecture", "list_checks", "parametrize_with_checks"]
