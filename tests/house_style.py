"""The house style as code: each rule takes one file's path and text and returns its offences.

Rules read the syntax tree and never import what they check, so that a broken module is named
and not run.
"""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parent.parent
FILE_LINES = 300
PACKAGE_LINES = 60
FUNCTION_LINES = 70
LINE_LENGTH = 100

BANNED_OF_FUNCTIONS = re.compile(r"(util|helper|manager|handler|processor)s?|info|base|common|misc")
BANNED_OF_THINGS = re.compile(rf"{BANNED_OF_FUNCTIONS.pattern}|data")
ALIASES_OF_THE_GUIDES = frozenset({"data_pipeline"})

CLOCK_MODULES = frozenset({"src/underround/app/clock.py", "src/underround/simulation/clock.py"})
CLOCK_READ = re.compile(
    r"(datetime\.)?(datetime\.(now|utcnow|today)|date\.today)"
    r"|time\.((time|monotonic|perf_counter|clock_gettime)(_ns)?|localtime|gmtime)"
)

# Spelt in pieces, so that this file is not its own offender.
OUTSIDE_WORDS = {
    "a package registry's address": re.compile(
        r"pypi\." + r"org|python" + r"hosted|npmjs\." + r"(org|com)|deb\." + r"debian"
    ),
    "a path of one machine": re.compile(
        r"/" + r"work/|/tmp/" + r"w\b|/root/" + r"\.|/home/" + r"\w+/"
    ),
    "words of a work session": re.compile(
        r"\bissue \d+|\bthe " + r"CEO\b|\bsub" + r"agent|\bClau" + r"de\b|acceptance\." + r"bin"
    ),
}


def project_files() -> list[str]:
    """List the project's files: what git tracks or would, else what no tool made."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listing.returncode == 0:
        return sorted(name for name in listing.stdout.splitlines() if (ROOT / name).is_file())
    found = (path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file())
    made = re.compile(r"^\.|(^|/)(__pycache__|[^/]+\.egg-info)/|^(build|dist)/")
    return sorted(path.as_posix() for path in found if not made.search(path.as_posix()))


def size_offences(path: str, text: str) -> Iterator[str]:
    """Yield files, functions and lines that are too long."""
    lines = text.splitlines()
    if len(lines) > FILE_LINES:
        yield f"{path}: {len(lines)} lines, at most {FILE_LINES}: it has two ideas in it"
    for number, line in enumerate(lines, 1):
        if len(line) > LINE_LENGTH:
            yield f"{path}:{number}: {len(line)} characters, at most {LINE_LENGTH}"
    for node in ast.walk(ast.parse(text, path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION_LINES:
                yield (
                    f"{path}:{node.lineno}: function {node.name} is {length} lines, "
                    f"at most {FUNCTION_LINES}"
                )


def docstring_offences(path: str, text: str) -> Iterator[str]:
    """Yield modules that do not say, in a sentence, what they are."""
    docstring = ast.get_docstring(ast.parse(text, path)) or ""
    if not re.match(r"\S.{10,}?[.:](\s|$)", docstring, re.DOTALL):
        yield f"{path}: its docstring is not a sentence on what it is and may not do"


def package_offences(path: str, text: str) -> Iterator[str]:
    """Yield package files that hold more than a docstring, imports and plain names."""
    if PurePosixPath(path).name != "__init__.py":
        return
    if (count := len(text.splitlines())) > PACKAGE_LINES:
        yield f"{path}: {count} lines, at most {PACKAGE_LINES} in a package file"
    for node in ast.parse(text, path).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield f"{path}:{node.lineno}: {node.name} is defined in a package file, not a module"


def words_of(name: str) -> list[str]:
    """Split a snake_case or CamelCase name into its lower-case words."""
    words = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)
    return [word.lower() for word in words]


def name_offences(path: str, text: str) -> Iterator[str]:
    """Yield files, folders, classes and functions named by words that say nothing."""
    named = [
        (path, part, BANNED_OF_THINGS)
        for part in PurePosixPath(path).with_suffix("").parts[1:]
        if part not in ALIASES_OF_THE_GUIDES
    ]
    for node in ast.walk(ast.parse(text, path)):
        if isinstance(node, ast.ClassDef):
            named.append((f"{path}:{node.lineno}", node.name, BANNED_OF_THINGS))
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            named.append((f"{path}:{node.lineno}", node.name, BANNED_OF_FUNCTIONS))
    for place, name, banned in named:
        for word in words_of(name):
            if banned.fullmatch(word):
                yield f"{place}: {name} is named by {word!r}, which says nothing"


def clock_offences(path: str, text: str) -> Iterator[str]:
    """Yield every reading of a clock outside the modules that may."""
    if path in CLOCK_MODULES:
        return
    for node in ast.walk(ast.parse(text, path)):
        if isinstance(node, ast.Attribute) and CLOCK_READ.fullmatch(_dotted(node)):
            yield f"{path}:{node.lineno}: {_dotted(node)} reads a clock; take the time as an input"
        if isinstance(node, ast.ImportFrom) and node.module == "time":
            for name in node.names:
                if CLOCK_READ.fullmatch(f"time.{name.name}"):
                    yield f"{path}:{node.lineno}: imports time.{name.name}, which reads a clock"


def _dotted(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=attr):
            return f"{_dotted(value)}.{attr}"
        case _:
            return ""


def outside_word_offences(path: str, text: str) -> Iterator[str]:
    """Yield lines that only make sense on the machine, or in the session, they were made in."""
    for number, line in enumerate(text.splitlines(), 1):
        for what, pattern in OUTSIDE_WORDS.items():
            if found := pattern.search(line):
                yield f"{path}:{number}: {found[0]!r} is {what}"
