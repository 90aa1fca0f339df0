"""The project's checks: ``nox`` runs them all, ``nox -l`` lists them."""

from __future__ import annotations

import os
import shutil
import tarfile
import tempfile
import zipfile
from pathlib import Path

import nox

nox.needs_version = ">=2026.8.10"  # the first that runs sessions beside each other
nox.options.default_venv_backend = "virtualenv"
nox.options.reuse_venv = "yes"
# Two at a time, each with half of the processors; what measures allows nobody beside it. What takes
# longest comes first, or one would be left to end alone.
nox.options.parallel = 2
nox.options.sessions = ["lint", "tests", "docs", "types", "package"]

ROOT = Path(__file__).parent
BACKENDS = ["tensorflow", "torch", "jax"]

# For what is installed and for what builds it.
PINS = {
    "PIP_CONSTRAINT": str(ROOT / "constraints.txt"),
    "PIP_BUILD_CONSTRAINT": str(ROOT / "constraints.txt"),
}

# Modules are compiled when they are first imported: most of what is installed never is.
LAZILY = ["--no-compile"]
WRITE_BYTECODE = {"PYTHONDONTWRITEBYTECODE": ""}

# What tests compile runs so shortly that speed is not worth its price, nor is knowing the lines of
# Python that each operation comes from.
QUICKLY = {
    "JAX_INCLUDE_FULL_TRACEBACKS_IN_LOCATIONS": "0",
    "XLA_FLAGS": "--xla_backend_optimization_level=0 --xla_cpu_parallel_codegen_split_count=1 "
    "--xla_cpu_use_fusion_emitters=false --xla_llvm_disable_expensive_passes=true",
}

# Not more than a session has processors: each process imports a backend, and compiles and traces
# what another one has compiled and traced.
SIDE_BY_SIDE = ["-n", str(max(1, (os.cpu_count() or 1) // nox.options.parallel))]

# For what no backend can change, one is enough: that which compiles nothing, or, where tests start
# many processes, that which is imported soonest.
ONE_ENOUGH = {"any_backend": "torch", "any_process": "jax"}

# Tests run side by side, on matrices so small that threads cost more than they save.
ONE_THREAD = {"OMP_NUM_THREADS": "1", "SEQSENT_THREADS": "1"}

# What `seqsent new-plugin` copies.
EXAMPLE = Path("docs", "examples", "seqsent-textcnn")

# What a benchmark leaves.
WRITTEN = [("json", "json"), ("figure", "svg")]

# Fails with the names of the given modules that can be imported.
ABSENT = (
    "import sys; from importlib.util import find_spec; "
    "sys.exit(', '.join(name for name in sys.argv[1:] if find_spec(name)) or None)"
)


@nox.session(allow_parallel=True)
def lint(session: nox.Session) -> None:
    """Check style, formatting and who may import whom."""
    _install(session, "--group", "lint")
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")
    session.run("lint-imports", "--no-cache", env={"PYTHONPATH": "plugins"})


@nox.session(allow_parallel=True)
def types(session: nox.Session) -> None:
    """Check the types of the package, the plugins, the tests and this file."""
    _install(session, "-e", ".", "--group", "types")
    session.run("mypy")


@nox.session(allow_parallel=True)
@nox.parametrize("backend", BACKENDS, ids=BACKENDS)
def tests(session: nox.Session, backend: str) -> None:
    """Run the tests on one backend, where the other two are absent; passes on arguments."""
    _install(session, "-e", f".[{backend}]", "--group", "test")
    session.run("python", "-c", ABSENT, *(name for name in BACKENDS if name != backend))
    env = _environment(session, backend)
    # Once, before each process that runs tests would compile the same modules.
    session.run("python", "-c", "import seqsent.layers", env=env)
    elsewhere = " and ".join(f"not {name}" for name, at in ONE_ENOUGH.items() if at != backend)
    command = ["pytest", *SIDE_BY_SIDE, "-m", elsewhere, *session.posargs]
    session.run(*command, env=env)


@nox.session
def coverage(session: nox.Session) -> None:
    """Show which branches the tests take with JAX, by module; processes of their own count."""
    _install(session, "-e", ".[jax]", "--group", "test", "--group", "coverage")
    env = _environment(session, "jax")
    session.run("coverage", "erase")
    session.run("coverage", "run", "-m", "pytest", "-n", "auto", *session.posargs, env=env)
    session.run("coverage", "combine", "--quiet")
    session.run("coverage", "report")


@nox.session
def mutants(session: nox.Session) -> None:
    """Change the code of some modules, one place at a time, and name changes no test notices."""
    _install(session, "-e", ".[jax]", "--group", "test", "--group", "mutants")
    shutil.rmtree("mutants", ignore_errors=True)
    env = _environment(session, "jax")
    session.run("mutmut", "run", *session.posargs, env=env)
    session.run("mutmut", "results")


@nox.session
def audit(session: nox.Session) -> None:
    """Look up the pinned versions among known vulnerabilities; fails without the network."""
    _install(session, "--group", "audit")
    # Strict, because what could not be looked up would count as sound.
    pinned = ["--strict", "--requirement", "constraints.txt", "--no-deps", "--disable-pip"]
    session.run("pip-audit", *pinned, *session.posargs)


@nox.session
@nox.parametrize("backend", BACKENDS, ids=BACKENDS)
def kills(session: nox.Session, backend: str) -> None:
    """Kill a training thirty times and compare its end; SEQSENT_TEST_KILLS says how often."""
    _install(session, "-e", f".[{backend}]", "--group", "test")
    env = {"SEQSENT_TEST_KILLS": "30", **os.environ, **_environment(session, backend)}
    session.run("pytest", "-k", "killed", "tests/test_checkpoint.py", env=env)


@nox.session
def fuzz(session: nox.Session) -> None:
    """Fuzz every reader, or those named, each for SEQSENT_FUZZ_SECONDS, 60 without it."""
    session.install("-e", ".[jax]", "--group", "fuzz", env=PINS)
    seconds = os.environ.get("SEQSENT_FUZZ_SECONDS", "60")
    command = ["python", "-m", "tests.hostile.fuzz", seconds, *session.posargs]
    session.run(*command, env=_environment(session, "jax"))


@nox.session
@nox.parametrize("backend", BACKENDS, ids=BACKENDS)
def load(session: nox.Session, backend: str) -> None:
    """Answer five million lines; train on 10 GB in 1 GB of memory: 45 minutes, 20 GB of disk."""
    session.install("-e", f".[{backend}]", env=PINS)
    env = {"KERAS_BACKEND": backend}
    results = ROOT / "benchmarks" / "results"
    results.mkdir(exist_ok=True)
    for name in ("stream", "large"):
        written = f"--json={results}/{name}-{backend}.json"
        session.run("python", f"benchmarks/{name}.py", written, env=env)


@nox.session
@nox.parametrize("backend", BACKENDS, ids=BACKENDS)
def bench(session: nox.Session, backend: str) -> None:
    """Measure speed and memory on one backend beside stock Keras; takes a quarter of an hour."""
    _install(session, "-e", f".[{backend}]")
    env = {"KERAS_BACKEND": backend}
    results = ROOT / "benchmarks" / "results"
    results.mkdir(exist_ok=True)
    written = [f"--{kind}={results / f'training-{backend}.{end}'}" for kind, end in WRITTEN]
    session.run("python", "benchmarks/training.py", *written, *session.posargs, env=env)
    if "SEQSENT_DATA" in os.environ:
        session.run(
            "python", "benchmarks/predict.py", f"--json={results}/predict-{backend}.json", env=env
        )


@nox.session(allow_parallel=True)
def package(session: nox.Session) -> None:
    """Build wheel and sdist, compare them with git's files, run the wheel elsewhere."""
    if not (ROOT / ".git").exists():
        session.skip("it compares with what git tracks, and this is no git checkout")
    _install(session, "--group", "package")
    with tempfile.TemporaryDirectory() as name:
        elsewhere = Path(name)
        # The wheel is built from the sdist, so what holds for one holds for the other.
        dist = elsewhere / "dist"
        session.run("python", "-m", "build", "--outdir", str(dist), env=PINS, silent=True)
        if not dist.exists():  # nox was told to install only
            return
        [sdist], [wheel] = dist.glob("*.tar.gz"), dist.glob("*.whl")
        _compare_with_git(session, sdist, wheel)
        _run_wheel(session, wheel, elsewhere)


def _compare_with_git(session: nox.Session, sdist: Path, wheel: Path) -> None:
    """Fail unless sdist and wheel hold what git tracks: nothing missing, nothing else."""
    listed = session.run("git", "ls-files", "-z", external=True, silent=True, log=False)
    tracked = {Path(name) for name in str(listed).split("\0") if name}
    with tarfile.open(sdist) as archive:
        in_sdist = {Path(*Path(member.name).parts[1:]) for member in archive if member.isfile()}
    in_sdist.discard(Path("PKG-INFO"))  # what the build writes
    with zipfile.ZipFile(wheel) as archive:
        in_wheel = {Path(name) for name in archive.namelist() if ".dist-info/" not in name}
    modules = {name for name in tracked if name.parts[0] == "seqsent"}
    modules |= {name.relative_to("plugins") for name in tracked if name.parts[0] == "plugins"}
    modules |= {
        Path("seqsent", "example", name.relative_to(EXAMPLE))
        for name in tracked
        if name.is_relative_to(EXAMPLE)
    }
    differences = [
        *(f"sdist lacks {name}" for name in sorted(tracked - in_sdist)),
        *(f"sdist holds {name}, not in git" for name in sorted(in_sdist - tracked)),
        *(f"wheel lacks {name}" for name in sorted(modules - in_wheel)),
        *(f"wheel holds {name}, not in git" for name in sorted(in_wheel - modules)),
    ]
    if differences:
        session.error("\n".join(["the packages differ from git's files:", *differences]))


def _run_wheel(session: nox.Session, wheel: Path, elsewhere: Path) -> None:
    """Install the wheel as a user would, outside the checkout, and run a short job."""
    environment = elsewhere / "env"
    session.run("virtualenv", "--quiet", str(environment))
    scripts = environment / ("Scripts" if os.name == "nt" else "bin")
    session.chdir(elsewhere)
    install = [str(scripts / "python"), "-m", "pip", "install", *LAZILY, f"{wheel}[jax]"]
    session.run(*install, env=PINS, external=True, silent=True)
    # Without the variable, as for a user who never heard of it.
    env = {"KERAS_BACKEND": None, **WRITE_BYTECODE, **_homes(elsewhere)}
    for command in (
        "--version",
        "architectures",
        "plugins --json",
        "reproduce --data synthetic --experiments gru --epochs 2 --out results",
    ):
        session.run(str(scripts / "seqsent"), *command.split(), env=env, external=True)
    if not Path("results", "report.html").is_file():
        session.error("seqsent reproduce wrote no report.html")


@nox.session(allow_parallel=True)
def docs(session: nox.Session) -> None:
    """Build the site in both languages and follow its links; passes on arguments."""
    _install(session, "-e", ".[jax]", "--group", "docs")
    home = Path(session.create_tmp())
    env = {"KERAS_BACKEND": "jax", **ONE_THREAD, **_homes(home)}
    built = ROOT / "docs" / "_build"
    for language, folder in {"en": "html", "ko": "html/ko"}.items():
        if language != "en" and not (ROOT / "docs" / "locale" / language).exists():
            continue
        options = ["--fail-on-warning", "--keep-going", f"--define=language={language}"]
        folders = [f"--doctree-dir={built / 'doctrees' / language}", "docs", str(built / folder)]
        session.run("sphinx-build", *options, *folders, *session.posargs, env=env)
    session.run("pytest", "docs/tests", env=env)


@nox.session
def example(session: nox.Session) -> None:
    """Install seqsent's wheel and the example plugin's as strangers do, and use them."""
    _install(session, "--group", "package")
    plugin = ROOT / EXAMPLE
    with tempfile.TemporaryDirectory() as name:
        elsewhere = Path(name)
        for project in (ROOT, plugin):
            build = ["python", "-m", "build", "--wheel", "--outdir", name, str(project)]
            session.run(*build, env=PINS, silent=True)
        session.run("virtualenv", "--quiet", str(elsewhere / "env"))
        scripts = elsewhere / "env" / ("Scripts" if os.name == "nt" else "bin")
        [own], [theirs] = elsewhere.glob("seqsent-*.whl"), elsewhere.glob("seqsent_textcnn*.whl")
        install = [str(scripts / "python"), "-m", "pip", "install", f"{own}[jax]", str(theirs)]
        session.run(*install, "pytest", env=PINS, external=True, silent=True)
        shutil.copytree(plugin / "tests", elsewhere / "tests")
        session.chdir(elsewhere)
        Path("reviews.csv").write_text("text,label\n" + "a fine film,1\na dull film,0\n" * 40)
        env = {"KERAS_BACKEND": None, **_homes(elsewhere)}
        session.run(str(scripts / "pytest"), "-q", "tests", env=env, external=True)
        train = ["seqsent", "train", "reviews.csv", "--architecture", "textcnn", "--epochs", "2"]
        session.run(str(scripts / train[0]), *train[1:], env=env, external=True)
        # And one that a stranger begins.
        session.run(str(scripts / "seqsent"), "new-plugin", "mine", env=env, external=True)
        session.run(*install[:4], "./seqsent-mine", env=PINS, external=True, silent=True)
        session.run(str(scripts / "pytest"), "-q", "seqsent-mine", env=env, external=True)


def _install(session: nox.Session, *what: str) -> None:
    """Install what a session needs; fail if a version is not pinned or does not fit another."""
    session.install(*LAZILY, *what, env=PINS)
    session.env.update(WRITE_BYTECODE)
    session.run("python", "-m", "pip", "check", silent=True, log=False)
    # Nothing is listed where sessions are only set up, with --install-only.
    listed = session.run("python", "-m", "pip", "freeze", "--exclude-editable", silent=True) or ""
    # A build for one kind of machine, as in 2.13.0+cpu, is of the version before its sign.
    installed = {line.partition("+")[0] for line in str(listed).split()}
    unpinned = installed - set((ROOT / "constraints.txt").read_text().split())
    if unpinned:
        session.error(f"constraints.txt lacks {', '.join(sorted(unpinned))}")


def _environment(session: nox.Session, backend: str) -> dict[str, str]:
    """Return what tests run in: one backend, and folders of their own."""
    return {
        "KERAS_BACKEND": backend,
        **ONE_THREAD,
        **QUICKLY,
        **_homes(Path(session.create_tmp())),
    }


def _homes(folder: Path) -> dict[str, str]:
    """Keep a run away from the user's own caches and settings."""
    names = ["JAX_COMPILATION_CACHE_DIR", "KERAS_HOME", "MPLCONFIGDIR", "SEQSENT_CACHE"]
    homes = {name: str(folder.resolve() / name.lower()) for name in [*names, "XDG_CACHE_HOME"]}
    # Tests compile the same small networks many times, each in less than JAX finds worth keeping.
    return {**homes, "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0.1"}
