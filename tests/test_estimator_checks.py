"""scikit-learn's own checks of an estimator, on rows of numbers written as texts."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from sklearn.utils.estimator_checks import estimator_checks_generator
from sklearn.utils.validation import check_is_fitted, validate_data

from seqsent import SentimentClassifier, layers
from seqsent.architecture import Architecture


class OfRows(SentimentClassifier):
    """Takes what the checks have, rows of numbers, and makes a text of each."""

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = True
        tags.input_tags.one_d_array = tags.input_tags.string = False
        tags.classifier_tags.poor_score = True  # numbers make dull texts
        return tags

    def _texts(self, rows: Any, reset: bool) -> list[str]:
        numbers = validate_data(self, rows, reset=reset)
        return [" ".join(f"w{i}v{round(float(v))}" for i, v in enumerate(row)) for row in numbers]

    def fit(self, rows: Any, y: Any, sample_weight: Any = None) -> Any:
        return super().fit(self._texts(rows, reset=True), y, sample_weight)

    def predict_proba(self, rows: Any) -> Any:
        check_is_fitted(self)
        return super().predict_proba(self._texts(rows, reset=False))

    def score(self, rows: Any, y: Any, sample_weight: Any = None) -> float:
        return super().score(rows, y, sample_weight)


EXCEPTIONS = {
    "check_classifiers_regression_target": "stars like 4.5 are labels, too",
    "check_sample_weight_equivalence_on_dense_data": "which texts share a batch matters",
    "check_array_api_input": "texts are no array of numbers",
}


def averaged(x: Any) -> Any:
    """x: (batch, time, features) -> (batch, features); learns at once."""
    return layers.keras.layers.GlobalAveragePooling1D()(x)


def checks() -> Iterator[Any]:
    estimator = OfRows(
        Architecture("averaged", averaged, summary="a mean"),
        embedding=2,
        vocab_size=50,
        maxlen=8,
        epochs=1,
        least_steps=1,
        batch_size=64,
        random_state=0,
    )
    for number, (of, check) in enumerate(estimator_checks_generator(estimator)):
        assert isinstance(check, partial)
        name = check.func.__name__
        marks = [pytest.mark.skip(reason=EXCEPTIONS[name])] if name in EXCEPTIONS else []
        yield pytest.param(of, check, id=f"{name}-{number}", marks=marks)


@pytest.mark.parametrize(("estimator", "check"), list(checks()))
def test_the_check_passes(estimator: OfRows, check: Any) -> None:
    check(estimator)


def test_the_exceptions_are_checks_that_exist() -> None:
    names = {str(parameters.id).rsplit("-", 1)[0] for parameters in checks()}
    assert set(EXCEPTIONS) <= names
