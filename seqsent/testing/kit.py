"""Running the checks: all at once, or as tests of pytest, one each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from seqsent.architecture import Architecture
from seqsent.errors import unknown_name
from seqsent.registry import get_architecture
from seqsent.testing.checks import CHECKS

Check = Callable[[Architecture], None]


@dataclass(frozen=True)
class Outcome:
    """What became of one check.

    Parameters
    ----------
    check : str
        Its name.
    status : {"passed", "failed", "opted out"}
        What became of it.
    reason : str
        Of a failure, with what to do, or of an opt-out.
    """

    check: str
    status: str
    reason: str = ""

    def __str__(self) -> str:
        """Return one line."""
        return ": ".join(filter(None, [self.status, self.check, self.reason]))


def list_checks() -> dict[str, str]:
    """Return what each check protects, by its name.

    Examples
    --------
    >>> list_checks()["refuses_an_unknown_option"]
    'A slip of the pen is named, not swallowed.'
    """
    return {check.__name__: _purpose(check) for check in CHECKS}


def check_architecture(
    architecture: str | Architecture, *, opt_outs: Mapping[str, str] | None = None
) -> list[Outcome]:
    """Run every check on an architecture.

    Parameters
    ----------
    architecture : str or Architecture
        The name of an installed one, or what a plugin yields.
    opt_outs : mapping of str to str, optional
        The reason for leaving a check out, by the check's name.

    Returns
    -------
    list of Outcome
        One per check, passed or opted out.

    Raises
    ------
    AssertionError
        When a check fails: one line for each that does, and one for each opt-out.
    UnknownArchitectureError
        When no plugin provides the architecture.
    """
    subject = _architecture(architecture)
    reasons = _known(opt_outs)
    outcomes = [_outcome(check, subject, reasons) for check in CHECKS]
    if any(outcome.status == "failed" for outcome in outcomes):
        told = [str(outcome) for outcome in outcomes if outcome.status != "passed"]
        raise AssertionError("\n".join([f"{subject.name} does not conform:", *told]))
    return outcomes


def parametrize_with_checks(
    architectures: Sequence[str | Architecture], *, opt_outs: Mapping[str, str] | None = None
) -> Any:
    """Decorate a test of pytest so that it runs once for every architecture and check.

    Parameters
    ----------
    architectures : sequence of str or Architecture
        What to check.
    opt_outs : mapping of str to str, optional
        The reason for leaving a check out, by the check's name; pytest reports it as skipped.

    Examples
    --------
    >>> @parametrize_with_checks(["lstm", "gru"])
    ... def test_it_conforms(check):
    ...     check()
    """
    import pytest  # here, because only tests need it

    reasons = _known(opt_outs)
    cases = []
    for subject in map(_architecture, architectures):
        for check in CHECKS:
            name = check.__name__
            opted_out = [pytest.mark.skip(f"opted out: {reasons[name]}")] if name in reasons else []
            run = partial(_run, check, subject)
            cases.append(pytest.param(run, id=f"{subject.name}-{name}", marks=opted_out))
    return pytest.mark.parametrize("check", cases)


def _run(check: Check, architecture: Architecture) -> None:
    __tracebackhide__ = True
    try:
        check(architecture)
    except AssertionError as error:
        raise AssertionError(f"{architecture.name}: {check.__name__}: {error}") from error


def _outcome(check: Check, architecture: Architecture, reasons: Mapping[str, str]) -> Outcome:
    name = check.__name__
    if name in reasons:
        return Outcome(name, "opted out", reasons[name])
    try:
        check(architecture)
    except AssertionError as error:
        return Outcome(name, "failed", str(error))
    # Whatever else a stranger's code does is a failure, too, and must not hide the others.
    except Exception as error:
        return Outcome(name, "failed", f"{type(error).__name__}: {error}")
    return Outcome(name, "passed")


def _architecture(architecture: str | Architecture) -> Architecture:
    return get_architecture(architecture) if isinstance(architecture, str) else architecture


def _known(opt_outs: Mapping[str, str] | None) -> Mapping[str, str]:
    names = [check.__name__ for check in CHECKS]
    for name, reason in (opt_outs or {}).items():
        if name not in names:
            raise ValueError(unknown_name("check", name, names))
        if not reason.strip():
            raise ValueError(f"the opt-out of {name} has no reason; expected one")
    return opt_outs or {}


def _purpose(check: Check) -> str:
    return (check.__doc__ or "").strip().splitlines()[0]
