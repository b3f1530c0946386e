"""Rules of the house that a source file can break: arrows, layers without files, remote addresses."""

from __future__ import annotations

import ast
import re
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("geodata", "layers", "dashboard")
MAY_USE = {"geodata": {"geodata"}, "layers": {"layers", "geodata"}, "dashboard": set(PACKAGES)}
SCREEN_ONLY = {
    "dash",
    "dash_ag_grid",
    "dash_mantine_components",
    "plotly",
    "flask",
    "flask_compress",
    "gunicorn",
}
# Modules and calls by which files are reached; `layers` has none of them.
FILE_MODULES = {"io", "os.path", "pyogrio", "shutil", "sqlite3", "tempfile", "zipfile", "fiona"}
FORMATS = "text|bytes|file|parquet|feather|csv|json|excel|pickle|arrow|wkb_file"
FILE_CALLS = re.compile(rf"^(open|(read|write|to)_({FORMATS}))$")
CODE_FROM_DATA = {"pickle", "cPickle", "dill", "cloudpickle", "shelve", "marshal", "joblib", "yaml"}
RUNS_TEXT = {"eval", "exec", "compile", "__import__"}
REMOTE = re.compile(r"(?:https?:)?//(?P<host>[A-Za-z0-9][A-Za-z0-9.-]*\.[A-Za-z]{2,})")
# Names, not addresses anybody calls: XML namespaces and licence texts.
NAMES_ONLY = {"www.w3.org", "creativecommons.org", "www.apache.org", "opendatacommons.org"}

MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for package in PACKAGES
    for path in sorted((ROOT / package).rglob("*.py"))
}


def top(name: str) -> str:
    return name.partition(".")[0]


@cache
def tree_of(module: str) -> ast.Module:
    return ast.parse(MODULES[module].read_text(encoding="utf-8"))


def imports_of(tree: ast.AST, module: str = "") -> set[str]:
    """Return the dotted names a module imports; `from a import b` gives `a.b`."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: a relative import hides where things come from"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def runtime_imports_of(module: str) -> set[str]:
    """Return what a module imports when it is loaded: not what stands under TYPE_CHECKING."""
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            node.body = []
    return imports_of(tree)


def module_named(name: str) -> str | None:
    """Return the module of ours that an imported name belongs to."""
    return (
        name if name in MODULES else name.rpartition(".")[0] if name.rpartition(".")[0] in MODULES else None
    )


def calls_of(tree: ast.AST) -> set[str]:
    """Return the last names of what a module calls: `frame.to_file(...)` gives `to_file`."""
    called = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
    return {
        func.id if isinstance(func, ast.Name) else func.attr
        for func in called
        if isinstance(func, ast.Name | ast.Attribute)
    }


def called_by_name(tree: ast.AST) -> set[str]:
    """Return the plain names a module calls: `eval(x)` gives `eval`, `frame.eval(x)` nothing."""
    called = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
    return {func.id for func in called if isinstance(func, ast.Name)}


def arrow_problems(package: str, names: set[str]) -> list[str]:
    """Return the imports by which a module of `package` breaks the direction of the arrows."""
    forbidden = (set(PACKAGES) - MAY_USE[package]) | (SCREEN_ONLY if package != "dashboard" else set())
    return sorted(name for name in names if top(name) in forbidden)


@pytest.mark.parametrize("module", MODULES)
def test_arrows_go_one_way(module: str) -> None:
    assert arrow_problems(top(module), imports_of(tree_of(module), module)) == []


def test_a_wrong_arrow_is_seen() -> None:
    def problems(package: str, text: str) -> list[str]:
        return arrow_problems(package, imports_of(ast.parse(text)))

    assert problems("geodata", "from layers.score import gaps") == ["layers.score.gaps"]
    assert problems("geodata", "import dashboard.app") == ["dashboard.app"]
    assert problems("layers", "def f():\n    import plotly.graph_objects as go") == ["plotly.graph_objects"]
    assert problems("layers", "from geodata.model import LAYERS\nimport numpy") == []
    assert problems("dashboard", "import dash\nfrom layers.kinds import KINDS") == []


def test_there_are_no_cycles() -> None:
    uses = {
        module: {module_named(name) for name in runtime_imports_of(module)} - {None, module}
        for module in MODULES
    }
    try:
        TopologicalSorter(uses).prepare()
    except CycleError as error:
        pytest.fail(f"modules import one another: {' -> '.join(error.args[1])}")


@pytest.mark.parametrize("module", [name for name in MODULES if top(name) == "layers"])
def test_layers_touch_no_files(module: str) -> None:
    tree = tree_of(module)
    used = {name for name in imports_of(tree) if name in FILE_MODULES or top(name) in FILE_MODULES}
    assert used == set()
    assert {name for name in calls_of(tree) if FILE_CALLS.match(name)} == set()


def test_a_file_touched_is_seen() -> None:
    calls = calls_of(ast.parse("gaps.to_file(x)\nPath(x).read_text()\nopen(x)\ngpd.read_file(x)\nid(x)"))
    assert {name for name in calls if FILE_CALLS.match(name)} == {"to_file", "read_text", "open", "read_file"}


@pytest.mark.parametrize("module", MODULES)
def test_data_never_become_code(module: str) -> None:
    tree = tree_of(module)
    assert {name for name in imports_of(tree) if top(name) in CODE_FROM_DATA} == set()
    assert called_by_name(tree) & RUNS_TEXT == set()
    assert "read_pickle" not in calls_of(tree)


def remote_hosts(text: str) -> set[str]:
    """Return the hosts of the addresses in a text, but those that cannot exist (`.example`, RFC 2606)."""
    hosts = {match["host"].lower() for match in REMOTE.finditer(text)} - NAMES_ONLY
    return {host for host in hosts if not host.endswith(".example")}


def shipped_sources() -> list[Path]:
    """Return code and assets: what runs in the program or in a browser; not data, which names its sources."""
    return [
        path
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*"))
        if path.suffix in {".py", ".js", ".css", ".html", ".svg"}
    ]


@pytest.mark.parametrize("path", shipped_sources(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_nothing_calls_another_host(path: Path) -> None:
    assert remote_hosts(path.read_text(encoding="utf-8")) == set()


def test_a_remote_address_is_seen() -> None:
    assert remote_hosts("url(//fonts.example.com/a.woff2)") == {"fonts.example.com"}
    assert remote_hosts("fetch('https://tiles.example.org/1/2/3')") == {"tiles.example.org"}
    assert remote_hosts('xmlns="http://www.w3.org/2000/svg" 3 // 4  a//b') == set()
