"""The house's bars that no linter knows: sizes, names of rooms, and calls that trust foreign bytes."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
LONGEST_MODULE = 400
LONGEST_FUNCTION = 60
DRAWERS = {"utils", "util", "helpers", "helper", "common", "misc", "core", "manager", "managers", "base"}
UNFINISHED = re.compile(r"\b(?:TODO|FIXME|XXX)\b|raise NotImplementedError")
EXECUTES_FOREIGN_BYTES = {
    "eval",
    "exec",
    "pickle.load",
    "pickle.loads",
    "pickle.Unpickler",
    "marshal.load",
    "marshal.loads",
    "shelve.open",
    "joblib.load",
    "pandas.read_pickle",
    "pd.read_pickle",
    "yaml.load",
    "os.system",
}
OURS = sorted((PROJECT / "workstation").rglob("*.py"))
SCRIPTS = sorted((PROJECT / "packaging").rglob("*.py"))
TESTS = sorted((PROJECT / "tests").rglob("*.py"))


def name_of(path: Path) -> str:
    return path.relative_to(PROJECT).as_posix()


def dotted(node: ast.expr) -> str:
    """Return a call's target as it is written, such as ``np.load``."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def trusting_calls(source: str) -> Iterator[str]:
    """Yield calls that run, or may run, what a file says."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        target = dotted(node.func)
        allows = any(
            word.arg in {"allow_pickle", "shell"}
            and not (isinstance(word.value, ast.Constant) and word.value.value is False)
            for word in node.keywords
        )
        if target in EXECUTES_FOREIGN_BYTES or allows:
            yield f"line {node.lineno}: {target}"


def long_functions(source: str) -> Iterator[str]:
    """Yield functions with more lines than the house allows, decorators not counted."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            n_lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if n_lines > LONGEST_FUNCTION:
                yield f"{node.name} has {n_lines} lines"


def imported(source: str) -> Iterator[str]:
    """Yield the top-level package of each import."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (each.name.partition(".")[0] for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]


def test_there_is_something_to_look_at() -> None:
    assert {"workstation/domain/candle.py", "packaging/bootstrap.py"} <= {name_of(p) for p in OURS + SCRIPTS}


def test_no_room_is_a_drawer() -> None:
    drawers = [
        name_of(p) for p in OURS + SCRIPTS + TESTS if DRAWERS & {*p.relative_to(PROJECT).parts, p.stem}
    ]
    assert not drawers


@pytest.mark.parametrize("path", OURS + SCRIPTS, ids=name_of)
def test_a_module_keeps_to_the_bars(path: Path) -> None:
    source = path.read_text("utf-8")
    assert source.count("\n") <= LONGEST_MODULE
    assert not list(long_functions(source))
    assert not list(trusting_calls(source))
    assert not UNFINISHED.findall(source)


@pytest.mark.parametrize("path", [p for p in TESTS if p != Path(__file__).resolve()], ids=name_of)
def test_a_test_is_finished(path: Path) -> None:
    assert not UNFINISHED.findall(path.read_text("utf-8"))


@pytest.mark.parametrize("path", [p for p in OURS if "domain" in p.parts], ids=name_of)
def test_nouns_need_only_the_standard_library_and_numpy(path: Path) -> None:
    allowed = sys.stdlib_module_names | {"numpy", "workstation"}
    assert set(imported(path.read_text("utf-8"))) <= allowed


@pytest.mark.parametrize(
    "line",
    [
        "eval(text)",
        "pickle.loads(data)",
        "yaml.load(file)",
        "np.load(file, allow_pickle=True)",
        "np.load(file, allow_pickle=flag)",
        "subprocess.run(line, shell=True)",
    ],
)
def test_a_call_that_trusts_foreign_bytes_is_seen(line: str) -> None:
    assert list(trusting_calls(line))


@pytest.mark.parametrize(
    "line", ["np.load(file, allow_pickle=False)", "yaml.safe_load(file)", "model.eval()"]
)
def test_a_harmless_call_is_let_through(line: str) -> None:
    assert not list(trusting_calls(line))


def test_a_long_function_is_seen() -> None:
    body = "\n".join("    x = 1" for _ in range(LONGEST_FUNCTION))
    assert list(long_functions(f"def f():\n{body}\n"))
    assert not list(long_functions(f"def f():\n{body[:-10]}\n"))
