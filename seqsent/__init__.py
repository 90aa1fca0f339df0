"""seqsent: the sentiment of text, with recurrent networks on Keras 3.

Names are loaded on first use, so that ``import seqsent`` imports no backend.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from seqsent.architecture import Architecture as Architecture
    from seqsent.artifact import load as load
    from seqsent.backend import choose_backend as choose_backend
    from seqsent.classifier import TextClassifier as TextClassifier
    from seqsent.conversion import from_keras as from_keras
    from seqsent.conversion import to_keras as to_keras
    from seqsent.dataset import Dataset as Dataset
    from seqsent.datasets import Examples as Examples
    from seqsent.datasets import Splits as Splits
    from seqsent.datasets import Texts as Texts
    from seqsent.datasets import load_imdb as load_imdb
    from seqsent.datasets import load_synthetic as load_synthetic
    from seqsent.datasets import load_texts as load_texts
    from seqsent.datasets import read_texts as read_texts
    from seqsent.errors import ArtifactError as ArtifactError
    from seqsent.errors import BackendError as BackendError
    from seqsent.errors import DataError as DataError
    from seqsent.errors import OptionError as OptionError
    from seqsent.errors import OutputError as OutputError
    from seqsent.errors import PluginError as PluginError
    from seqsent.errors import PluginWarning as PluginWarning
    from seqsent.errors import SeqsentError as SeqsentError
    from seqsent.errors import TrainingError as TrainingError
    from seqsent.errors import UnknownArchitectureError as UnknownArchitectureError
    from seqsent.errors import UnknownDatasetError as UnknownDatasetError
    from seqsent.errors import UnknownExperimentError as UnknownExperimentError
    from seqsent.estimator import SentimentClassifier as SentimentClassifier
    from seqsent.experiments import Experiment as Experiment
    from seqsent.experiments import compare as compare
    from seqsent.hookspecs import hookimpl as hookimpl
    from seqsent.layers import set_seed as set_seed
    from seqsent.models import build_model as build_model
    from seqsent.plan import Plan as Plan
    from seqsent.presets import get_preset as get_preset
    from seqsent.recipe import Recipe as Recipe
    from seqsent.registry import get_architecture as get_architecture
    from seqsent.registry import list_architectures as list_architectures
    from seqsent.registry import list_datasets as list_datasets
    from seqsent.registry import load_dataset as load_dataset
    from seqsent.results import Comparison as Comparison
    from seqsent.text import TextEncoder as TextEncoder
    from seqsent.textbook import textbook_experiments as textbook_experiments
    from seqsent.training import fit as fit
    from seqsent.verification import verify as verify

_HOMES = {
    "seqsent.architecture": ["Architecture"],
    "seqsent.artifact": ["load"],
    "seqsent.backend": ["choose_backend"],
    "seqsent.dataset": ["Dataset"],
    "seqsent.datasets": [
        "Examples",
        "Splits",
        "Texts",
        "load_imdb",
        "load_synthetic",
        "load_texts",
        "read_texts",
    ],
    "seqsent.classifier": ["TextClassifier"],
    "seqsent.conversion": ["from_keras", "to_keras"],
    "seqsent.errors": [
        "ArtifactError",
        "BackendError",
        "DataError",
        "OptionError",
        "OutputError",
        "PluginError",
        "PluginWarning",
        "SeqsentError",
        "TrainingError",
        "UnknownArchitectureError",
        "UnknownDatasetError",
        "UnknownExperimentError",
    ],
    "seqsent.estimator": ["SentimentClassifier"],
    "seqsent.experiments": ["Experiment", "compare"],
    "seqsent.hookspecs": ["hookimpl"],
    "seqsent.layers": ["set_seed"],
    "seqsent.models": ["build_model"],
    "seqsent.plan": ["Plan"],
    "seqsent.presets": ["get_preset"],
    "seqsent.registry": [
        "get_architecture",
        "list_architectures",
        "list_datasets",
        "load_dataset",
    ],
    "seqsent.results": ["Comparison"],
    "seqsent.text": ["TextEncoder"],
    "seqsent.textbook": ["textbook_experiments"],
    "seqsent.recipe": ["Recipe"],
    "seqsent.training": ["fit"],
    "seqsent.verification": ["verify"],
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = sorted(_HOME_OF)  # noqa: PLE0605


def __getattr__(name: str) -> Any:
    """Import a public name from the module that defines it."""
    if name == "__version__":
        from importlib.metadata import version

        return version("seqsent")
    if name not in _HOME_OF:
        raise AttributeError(f"module 'seqsent' has no attribute {name!r}")
    value = getattr(import_module(_HOME_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names, loaded or not."""
    return [*__all__, "__version__"]
