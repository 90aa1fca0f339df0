from collections.abc import Callable, Sequence

import pytest

from seqsent.results import Baseline, Comparison, Data, Epoch, History, Published, Run

ENVIRONMENT = {
    "backend": "jax",
    "jax": "0.7.2",
    "keras": "3.15.0",
    "processor": "A processor with a name of some length @ 2.60GHz",
    "processors": "2",
}


def history(num_epochs: int, shift: float = 0.0) -> History:
    """Fall until the last epoch but one, if there are as many."""
    losses = [0.7 - 0.01 * number + shift for number in range(num_epochs)]
    if num_epochs > 1:
        losses[-1] += 0.02
    return History(tuple(Epoch(loss - 0.02, 1.1 - loss, loss, 1.1 - loss) for loss in losses))


@pytest.fixture
def make_comparison() -> Callable[..., Comparison]:
    def make(
        names: Sequence[str] = ("simplernn-onehot", "lstm-dropout"),
        *,
        num_seeds: int = 1,
        num_epochs: int = 12,
        published: bool = True,
        data_name: str = "imdb",
    ) -> Comparison:
        return Comparison(
            data=Data(
                name=data_name,
                fingerprint="3f" * 32,
                sizes={"train": 20_000, "validation": 5_000, "test": 25_000},
                maxlen=100,
                lengths=(*range(11, 400), 2_494),
            ),
            runs=tuple(
                Run(
                    experiment=name,
                    seed=42 + seed,
                    parameters=8_809 + place,
                    history=history(num_epochs + seed, 0.011 * place + 0.003 * seed),
                    seconds=312.5 + 7 * seed,
                    test_loss=0.45,
                    test_accuracy=0.7412 + 0.031 * place + 0.0021 * seed,
                    model=f"{place}-seed{42 + seed}.keras",
                )
                for place, name in enumerate(names)
                for seed in range(num_seeds)
            ),
            baselines=(
                Baseline("majority", 0.5, 0.5008, 0.01),
                Baseline("bag of words (500)", 0.8123, 0.8131, 1.4),
            ),
            environment=ENVIRONMENT,
            published={
                name: Published(
                    history(21, 0.0123 * place),
                    parameters=2_481 + place,
                    seconds=936.0 + place,
                    test_accuracy=0.7975 if place else None,
                )
                for place, name in enumerate(names)
                if published
            },
        )

    return make
