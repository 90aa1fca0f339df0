"""Plugins are found, guarded, and named when they fail."""

import os
import subprocess
import sys
import textwrap
import warnings
from collections.abc import Callable, Iterator
from functools import partial
from importlib.metadata import Distribution, EntryPoint
from pathlib import Path
from queue import Queue
from types import ModuleType

import pytest

from seqsent import (
    Architecture,
    BackendError,
    DataError,
    Dataset,
    PluginError,
    PluginWarning,
    UnknownArchitectureError,
    UnknownDatasetError,
    get_architecture,
    list_architectures,
    list_datasets,
    load_dataset,
)
from seqsent.guard import named_when_slow
from seqsent.registry import Plugin, Registry, load_registry, registry

HEADER = "from seqsent import Architecture, hookimpl\n"
WORKING = HEADER + textwrap.dedent(
    """
    def encode(x, *, units: int = 8):
        return x

    @hookimpl
    def seqsent_architectures():
        yield Architecture("{name}", encode)
    """
)

Install = Callable[..., EntryPoint]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Install a distribution with one plugin module, as pip would leave it."""
    before = set(sys.modules)
    monkeypatch.syspath_prepend(str(tmp_path))

    def install(name: str, source: str) -> EntryPoint:
        (tmp_path / f"{name}.py").write_text(textwrap.dedent(source), encoding="utf-8")
        info = tmp_path / f"{name}_dist-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Name: {name}-dist\nVersion: 1.0\n", encoding="utf-8")
        (info / "entry_points.txt").write_text(f"[seqsent]\n{name} = {name}\n", encoding="utf-8")
        return next(iter(Distribution.at(info).entry_points))

    yield install
    for name in set(sys.modules) - before:
        if getattr(sys.modules[name], "__file__", None) and str(tmp_path) in str(
            sys.modules[name].__file__
        ):
            del sys.modules[name]


def only(found: Registry) -> tuple[str, str]:
    (plugin,) = found.plugins
    return plugin.status, plugin.reason


def test_the_four_come_through_entry_points_alone() -> None:
    assert set(list_architectures()) >= {"gru", "lstm", "simplernn", "stacked"}
    plugin, architecture = registry().architectures.get("lstm")
    assert plugin.name == "seqsent:lstm"
    assert architecture.encoder == "seqsent_lstm.model:encode"


def test_a_strangers_plugin_is_found(install: Install) -> None:
    found = load_registry([install("mean", WORKING.format(name="mean"))])
    assert found.architectures.names() == ["mean"]
    assert found.architectures.get("mean")[1].name == "mean"
    assert found.plugins == (
        Plugin("mean-dist:mean", "mean-dist", "1.0", "mean", "active", ("mean",)),
    )


def test_an_entry_point_of_no_distribution_is_a_plugin_all_the_same(install: Install) -> None:
    install("mean", WORKING.format(name="mean"))
    found = load_registry([EntryPoint("alone", "mean", "seqsent")])
    assert found.plugins == (Plugin("unknown:alone", "unknown", "", "mean", "active", ("mean",)),)


def test_plugins_are_found_where_no_backend_is_installed(
    install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    def choose_backend() -> None:
        raise BackendError("none is installed")

    monkeypatch.setattr("seqsent.registry.choose_backend", choose_backend)
    assert only(load_registry([install("mean", WORKING.format(name="mean"))])) == ("active", "")


def test_names_are_matched_by_pattern() -> None:
    assert list_architectures("*lst*") == ["lstm"]
    assert list_architectures("nothing*") == []
    assert list_datasets() == list_datasets("syn*") == ["synthetic"]


def test_what_one_plugin_provides_can_be_used(install: Install) -> None:
    names = ("second", "first")
    found = load_registry([install(name, WORKING.format(name=name)) for name in names])
    usable = [(plugin.name, one.name) for plugin, one in found.architectures.usable()]
    assert usable == [("first-dist:first", "first"), ("second-dist:second", "second")]


def test_a_data_set_is_loaded_by_name() -> None:
    assert load_dataset("synthetic").label_names == ("negative", "positive")


def test_what_is_left_out_is_told_beside_what_is_unknown(
    install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEQSENT_DISABLE_PLUGINS", "first,second")
    sound = install("sound", WORKING.format(name="sound"))
    broken = [install(name, "1 / 0") for name in ("first", "second")]
    left_out = (
        ". Left out: first-dist:first is disabled: named in SEQSENT_DISABLE_PLUGINS; "
        "second-dist:second is disabled: named in SEQSENT_DISABLE_PLUGINS"
    )
    for points, told in (([sound], ""), ([sound, *broken], left_out)):
        found = load_registry(points)
        with pytest.raises(UnknownArchitectureError) as caught:
            found.architectures.get("zz")
        assert str(caught.value) == f"unknown architecture 'zz'. Known: sound{told}"
        with pytest.raises(UnknownDatasetError) as caught_too:
            found.datasets.get("zz")
        assert str(caught_too.value) == f"unknown data set 'zz'. Known: none{told}"


BROKEN = {
    "raises at import": ("raise RuntimeError('no licence')", "RuntimeError: no licence"),
    "does not import": ("import seqsent_absent_module", "ModuleNotFoundError"),
    "syntax error": ("def :", "SyntaxError"),
    "exits": ("raise SystemExit(3)", "SystemExit: 3"),
    "raises what is no Exception": (
        "class Odd(BaseException):\n    pass\nraise Odd('on purpose')",
        "Odd: on purpose",
    ),
    "raises what cannot be shown": (
        "class Mute(Exception):\n    __str__ = None\nraise Mute",
        "Mute: <exception str() failed>",
    ),
    "has a summary of two lines": (
        HEADER + "@hookimpl\ndef seqsent_architectures():\n"
        "    yield Architecture('a', str, summary='one\\ntwo')",
        "expected a text of one line",
    ),
    "raises in its hook": (
        HEADER + "@hookimpl\ndef seqsent_architectures():\n    raise KeyError('x')",
        "KeyError: 'x'",
    ),
    "raises half-way": (
        HEADER
        + "@hookimpl\ndef seqsent_architectures():\n"
        + "    yield Architecture('half', str)\n    raise KeyError('x')",
        "KeyError: 'x'",
    ),
    "yields junk": (
        HEADER + "@hookimpl\ndef seqsent_architectures():\n    yield 'lstm'",
        "yielded a str; expected seqsent.Architecture",
    ),
    "returns a number": (
        HEADER + "@hookimpl\ndef seqsent_architectures():\n    return 3",
        "'int' object is not iterable",
    ),
    "yields a bad name": (
        HEADER + "@hookimpl\ndef seqsent_architectures():\n    yield Architecture('A b', str)",
        "architecture name 'A b' arrived",
    ),
    "yields one twice": (
        HEADER
        + "@hookimpl\ndef seqsent_architectures():\n"
        + "    for name in 'abcab':\n        yield Architecture(name, str)",
        "yielded a, b more than once",
    ),
    "yields junk for data": (
        HEADER + "@hookimpl\ndef seqsent_datasets():\n    yield Architecture('a', str)",
        "seqsent_datasets yielded a Architecture; expected seqsent.Dataset",
    ),
    "fails in its second hook": (
        WORKING.format(name="half") + "@hookimpl\ndef seqsent_datasets():\n    raise KeyError('x')",
        "KeyError: 'x'",
    ),
    "misspells its hook": (
        HEADER + "@hookimpl\ndef seqsent_architecture():\n    return []",
        "unknown hook 'seqsent_architecture'; did you mean 'seqsent_architectures'?",
    ),
    "wants an argument": (
        HEADER + "@hookimpl\ndef seqsent_architectures(config):\n    return []",
        "config",
    ),
}


@pytest.mark.parametrize(("source", "cause"), BROKEN.values(), ids=BROKEN)
def test_a_broken_plugin_is_reported_and_stops_nobody(
    install: Install, source: str, cause: str
) -> None:
    points = [install("broken", source), install("sound", WORKING.format(name="sound"))]
    with pytest.warns(PluginWarning, match="broken-dist:broken .* was left out") as caught:
        found = load_registry(points)
    assert len(caught) == 1
    assert found.architectures.names() == ["sound"]
    broken, sound = found.plugins
    assert (broken.status, sound.status) == ("failed", "active")
    assert cause in broken.reason
    first, second, *_ = broken.traceback.splitlines()
    assert first == "Traceback (most recent call last):"
    assert second.startswith("  File ")
    with pytest.raises(UnknownArchitectureError, match="broken-dist:broken is failed"):
        found.architectures.get("half")


def test_a_plugin_that_hangs_is_named_while_it_does(
    install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: Queue[str] = Queue()
    module = ModuleType("told")
    module.__dict__["wait"] = lambda: told.get(timeout=30)
    monkeypatch.setitem(sys.modules, "told", module)
    monkeypatch.setattr(warnings, "warn", lambda message, kind: told.put(message))
    monkeypatch.setattr("seqsent.registry.named_when_slow", partial(named_when_slow, seconds=0.01))
    found = load_registry([install("slow", "import told\nsaid = told.wait()")])
    assert only(found) == ("active", "")
    assert sys.modules["slow"].__dict__["said"].startswith("plugin slow-dist:slow has taken 0.01")


def test_each_entry_point_of_a_broken_module_has_its_reason(install: Install) -> None:
    hook = "@hookimpl\ndef seqsent_architectures():\n    raise RuntimeError('no licence')"
    points = [install("broken", HEADER + hook), EntryPoint("again", "broken", "seqsent")]
    with pytest.warns(PluginWarning, match="was left out"):
        found = load_registry(points)
    assert [plugin.reason for plugin in found.plugins] == ["RuntimeError: no licence"] * 2


def test_control_c_is_no_fault_of_a_plugins(install: Install) -> None:
    with pytest.raises(KeyboardInterrupt):
        load_registry([install("slow", "raise KeyboardInterrupt")])


def test_strict_mode_raises(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEQSENT_STRICT_PLUGINS", "1")
    with pytest.raises(PluginError, match="broken-dist:broken .* no licence") as caught:
        load_registry([install("broken", "raise RuntimeError('no licence')")])
    assert isinstance(caught.value.__cause__, RuntimeError)


@pytest.mark.parametrize(
    "name", ["mean-dist:mean", "mean-dist", "mean", "other, mean", "mean,other"]
)
def test_a_plugin_can_be_switched_off(
    install: Install, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("SEQSENT_DISABLE_PLUGINS", name)
    found = load_registry([install("mean", "raise RuntimeError('imported all the same')")])
    assert only(found) == ("disabled", "named in SEQSENT_DISABLE_PLUGINS")
    with pytest.raises(UnknownArchitectureError, match="mean-dist:mean is disabled"):
        found.architectures.get("mean")


def test_what_a_plugin_replaces_in_keras_is_put_back(install: Install) -> None:
    from seqsent.layers import keras

    dense = keras.layers.Dense
    patching = "import keras\nkeras.layers.Dense = None\n" + WORKING.format(name="patching")
    with pytest.warns(PluginWarning, match="plugin patching-dist:patching replaced keras.layers.D"):
        found = load_registry([install("patching", patching)])
    assert keras.layers.Dense is dense
    assert found.architectures.names() == ["patching"]


ABSENT = """
    from seqsent import Architecture, Dataset, hookimpl

    @hookimpl
    def seqsent_architectures():
        yield Architecture("lost", "seqsent_absent:encode")

    @hookimpl
    def seqsent_datasets():
        yield Dataset("lost", "seqsent_absent:load")
    """


def test_what_cannot_be_imported_is_named_with_its_plugin(install: Install) -> None:
    found = load_registry([install("lost", ABSENT)])
    named = "lost' from plugin lost-dist:lost, 'seqsent_absent:{}', could not be imported: Module"
    with pytest.raises(PluginError, match="the encoder of architecture '" + named.format("encode")):
        found.architectures.get("lost")[1].load_encoder()
    with pytest.raises(PluginError, match="the loader of data set '" + named.format("load")):
        found.datasets.get("lost")[1].load()


def test_an_encoder_that_replaces_parts_of_keras_is_named(install: Install) -> None:
    from seqsent.layers import keras

    dense = keras.layers.Dense
    install("model", "import keras\nkeras.layers.Dense = None\ndef encode(x):\n    return x[:, 0]")
    architecture = Architecture("first", "model:encode")
    with pytest.warns(PluginWarning, match="the encoder of architecture 'first' replaced keras.l"):
        architecture.load_encoder()
    architecture.load_encoder()  # it is imported once
    assert keras.layers.Dense is dense


def test_one_name_from_two_distributions_is_an_error_naming_both(install: Install) -> None:
    points = [install(name, WORKING.format(name="same")) for name in ("second", "first")]
    points.insert(0, install("third", WORKING.format(name="other")))
    both = "'same' is provided by first-dist:first and second-dist:second"
    with pytest.warns(PluginWarning, match=both):
        found = load_registry(points)
    with pytest.raises(PluginError, match=f"{both}.*SEQSENT_DISABLE_PLUGINS=second-dist:second"):
        found.architectures.get("same")
    assert found.architectures.get("other")[1].name == "other"


DATA = """
from seqsent import Dataset, Texts, hookimpl

def load():
    {body}

@hookimpl
def seqsent_datasets():
    yield Dataset("two", load, summary="Two opinions")
"""


def test_a_strangers_data_set_is_found_and_loaded(install: Install) -> None:
    body = 'return Texts.from_labels(["fine", "dull"], ["good", "bad"])'
    found = load_registry([install("data", DATA.format(body=body))])
    plugin, dataset = found.datasets.get("two")
    assert (plugin.datasets, plugin.architectures) == (("two",), ())
    assert dataset.load().texts == ["fine", "dull"]
    with pytest.raises(UnknownDatasetError, match="unknown data set 'tow'; did you mean 'two'?"):
        found.datasets.get("tow")


@pytest.mark.parametrize(
    ("body", "error", "message"),
    [
        ("return ['fine']", PluginError, "returned a list; expected seqsent.Texts"),
        (
            "1 / 0",
            PluginError,
            "'two' from plugin data-dist:data could not be loaded: ZeroDivisionError",
        ),
        ("Texts.from_labels(['fine'], ['good'])", DataError, "has one label only"),
    ],
)
def test_a_data_set_that_cannot_be_loaded_says_why(
    install: Install, body: str, error: type[Exception], message: str
) -> None:
    found = load_registry([install("data", DATA.format(body=body))])
    with pytest.raises(error, match=message):
        found.datasets.get("two")[1].load()


def test_two_data_sets_of_one_name_are_a_conflict(install: Install) -> None:
    points = [install(name, DATA.format(body="pass")) for name in ("first", "second")]
    both = "data set 'two' is provided by first-dist:first and second-dist:second"
    with pytest.warns(PluginWarning, match=both):
        found = load_registry(points)
    assert found.datasets.usable() == []
    with pytest.raises(PluginError, match=both):
        found.datasets.get("two")


def test_a_distribution_seen_twice_counts_once(install: Install) -> None:
    first, second = (install(name, WORKING.format(name=name)) for name in ("first", "second"))
    found = load_registry([first, first, second])
    assert [plugin.name for plugin in found.plugins] == ["first-dist:first", "second-dist:second"]


def test_an_unknown_name_names_the_closest_and_lists_all() -> None:
    with pytest.raises(UnknownArchitectureError, match=r"did you mean 'lstm'\? Known: .*gru"):
        get_architecture("lsmt")


def test_listing_imports_no_backend_and_no_encoder() -> None:
    code = """
    import sys, seqsent
    assert "lstm" in seqsent.list_architectures()
    heavy = {"keras", "jax", "tensorflow", "torch", "sklearn", "matplotlib", "seqsent_lstm.model"}
    sys.exit(", ".join(heavy & set(sys.modules)) or 0)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        capture_output=True,
        text=True,
        env=dict(os.environ),
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_what_plugins_provide_are_values() -> None:
    assert Architecture("a", "m:f") == Architecture("a", "m:f")
    assert Dataset("a", "m:f") == Dataset("a", "m:f")
