"""A model card: what a saved classifier is, was made of, and is good for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from seqsent.reports.markdown import plain

if TYPE_CHECKING:
    from seqsent.artifact import Manifest


def model_card(name: str, manifest: Manifest) -> str:
    """Return a model card in Markdown.

    Parameters
    ----------
    name : str
        What the model is called.
    manifest : Manifest
        What its file says of it.

    Returns
    -------
    str
        Answers, measured quality, training, and what is not known.

    References
    ----------
    Mitchell et al., 2019, "Model Cards for Model Reporting".
    """
    about = manifest.about
    several = "any of" if manifest.multi_label else "one of"
    parts = [
        f"# {plain(name)}",
        f"A text goes in, {several} {len(manifest.labels)} labels come out: "
        f"{', '.join(f'**{plain(label)}**' for label in manifest.labels)}. "
        f"Architecture: {plain(manifest.architecture or 'unknown')}. Trained with seqsent.",
        "## How good it is",
        _accuracies(about.get("accuracy", {})),
        "## How it was trained",
        _list({**_training(about), **manifest.environment}),
        "## What to keep in mind",
        "- The figures hold for texts like those it was trained on; measure it on yours: "
        f"`seqsent evaluate {plain(name)} DATA`.",
        "- Words that the training texts lack are one unknown word to it.",
        _sureness(manifest),
    ]
    return "\n\n".join(parts[:-3]) + "\n\n" + "\n".join(parts[-3:])


def _accuracies(accuracy: Mapping[str, Mapping[str, float]]) -> str:
    if not accuracy:
        return "Not measured on texts kept for the purpose."
    rows = [
        f"| {plain(name)} | {figures['validation']:.4f} | {figures['test']:.4f} |"
        for name, figures in accuracy.items()
    ]
    head = "Accuracy, beside what simpler means reach on the same texts:\n\n"
    return head + "\n".join(["| | validation | test |", "|---|---:|---:|", *rows])


def _training(about: Mapping[str, Any]) -> dict[str, str]:
    data, recipe = about.get("data", {}), about.get("recipe", {})
    entries = {
        "options": _pairs(about.get("options", {})),
        "recipe": _pairs(recipe),
        "training texts": f"{data['train']:,}" if data else "",
        "validation texts": f"{data['validation']:,}" if data else "",
        "best epoch": " and ".join(
            f"{one['best_epoch']} of {one['epochs']}" for one in about.get("networks", ())
        ),
        "SHA-256 of ids and labels": str(data.get("fingerprint", "")),
    }
    return {name: entry for name, entry in entries.items() if entry}


def _pairs(entries: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={value}" for name, value in entries.items())


def _list(entries: Mapping[str, str]) -> str:
    return "\n".join(f"- {plain(name)}: {plain(entry)}" for name, entry in entries.items())


def _sureness(manifest: Manifest) -> str:
    if manifest.certainty is None:
        return "- How often confident answers are right was not measured."
    confidence, right = manifest.certainty.confidence, manifest.certainty.right
    return (
        f"- On the validation texts {right[-1]:.1%} of all answers were right, and {right[0]:.1%} "
        f"of those with a probability of {confidence[0]:.3f} or more; `seqsent predict --sure` "
        "says unsure below what you ask for."
    )
