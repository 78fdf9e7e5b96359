"""What no line of the toolkit may do, whatever it reads: load objects, run words, or speak to a network."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from parameters import PROJECT

ROOMS = ("parameters", "inspections", "nlp", "reports")
FILES = [path for room in ROOMS for path in sorted((PROJECT / room).rglob("*.py"))]
MODULES = {"pickle", "cPickle", "dill", "cloudpickle", "shelve", "marshal", "joblib", "requests", "aiohttp"}
MODULES |= {"httpx", "ftplib", "telnetlib", "smtplib", "xmlrpc", "urllib.request"}
CALLS = {
    "eval", "exec", "compile", "os.system", "os.popen", "tempfile.mktemp", "yaml.load", "yaml.unsafe_load",
    "pd.read_pickle", "urlopen", "ElementTree.parse", "ElementTree.fromstring", "minidom.parseString",
}  # fmt: skip
"""Processes of one run hand objects to each other in pickles of multiprocessing; no file is read so."""


def tree(path: Path) -> ast.AST:
    return ast.parse(path.read_text(encoding="utf-8"))


def name_of(node: ast.expr) -> str:
    return ast.unparse(node) if isinstance(node, ast.Name | ast.Attribute) else ""


def imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []


def faults(code: ast.AST) -> Iterator[str]:
    for node in ast.walk(code):
        yield from (f"imports {name}" for name in imported(node) if name in MODULES)
        if not isinstance(node, ast.Call):
            continue
        name, given = name_of(node.func), {word.arg: ast.unparse(word.value) for word in node.keywords}
        if name in CALLS or name.endswith((".to_pickle", ".urlopen", ".unsafe_load")):
            yield f"calls {name}"
        if given.get("shell", "False") != "False":
            yield f"calls {name} in a shell"
        if name in ("np.load", "numpy.load") and given.get("allow_pickle") != "False":
            yield "reads arrays that may hold objects"
        if name == "YAML" and given.get("typ") not in (None, "'safe'"):
            yield "reads YAML that may hold objects"  # without typ: the round trip, which makes no objects


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("import pickle", "imports pickle"),
        ("eval('1')", "calls eval"),
        ("subprocess.run('ls', shell=True)", "calls subprocess.run in a shell"),
        ("np.load('x')", "reads arrays that may hold objects"),
        ("YAML(typ='unsafe')", "reads YAML that may hold objects"),
    ],
)
def test_a_fault_is_seen(code: str, fault: str) -> None:
    assert list(faults(ast.parse(code))) == [fault]


def test_no_line_loads_objects_runs_words_or_speaks_to_a_network() -> None:
    found = [
        (path.name, fault) for path in FILES for fault in faults(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert found == []


def test_yaml_from_outside_is_read_by_the_plain_reader_alone() -> None:
    texts = {path: path.read_text(encoding="utf-8") for path in FILES if "fictional" not in path.parts}
    readers = {path.name for path, text in texts.items() if "YAML(" in text and ".load(" in text}
    # The plain reader; two files of the toolkit's own; and the round trip that tells lines, of a file that
    # the plain reader has accepted before.
    assert readers - {"plain_yaml.py", "baselines.py", "corpus.py", "passages.py"} == set()
