"""One Liberty file of what a user names: the files of a corner put together (ASAP7 has five), unwanted cells left out.

Yosys and ABC of Debian 12 read one file and take every cell in it that they can use. Of a flip-flop that holds the inverse of its
input Yosys 0.23 confuses set and reset; such a one is described by its other state.
"""

import fnmatch
import gzip
import hashlib
import pathlib
import re
import sys
import zlib

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "scripts"))
import files  # noqa: E402

TOKEN = re.compile(r'/\*.*?\*/|"(?:[^"\\]|\\.)*"|[{};]', re.S)
HEADER = re.compile(r"(\w+)\s*\(\s*\"?([^)\"]*?)\"?\s*\)\s*$")
INVERSE = re.compile(r'\bff\s*\(\s*("?\w+"?)\s*,\s*("?\w+"?)\s*\)(\s*\{[^{}]*\bnext_state\s*:\s*")!(\w+"[^{}]*\})')
OPPOSITE = {"clear": "preset", "preset": "clear", "clear_preset_var1": "clear_preset_var2", "clear_preset_var2": "clear_preset_var1"}
UNITS = ("time_unit", "capacitive_load_unit", "voltage_unit", "leakage_power_unit")


class LibraryFileError(Exception):
    """Files that cannot be put together; the message says why."""


def text_of(path):
    """Of a file, plain or gzip."""
    try:
        data = path.read_bytes()
        return (gzip.decompress(data) if _packed(data) else data).decode("utf-8", errors="replace")
    except (OSError, EOFError, zlib.error) as error:
        hint = "; apt-get install qflow-tech-osu018" if "osu018" in path.name else ""
        reason = getattr(error, "strerror", None) or error
        raise LibraryFileError(f"{path}: {reason}{hint}, or name another library with --liberty") from error


def _packed(data):
    return data[:2] == b"\x1f\x8b"


def one(paths, unwanted, folder):
    """The path of the only file, or of one that is made in `folder`: unpacked, without cells whose names match a pattern of `unwanted`."""
    texts = {path: text_of(path) for path in paths}
    text = upright(joined(texts, unwanted) if len(paths) > 1 or unwanted else texts[paths[0]])
    if text == texts[paths[0]] and not _packed(paths[0].read_bytes()):
        return paths[0]
    return files.write_text(pathlib.Path(folder) / "libraries" / f"{hashlib.sha256(text.encode()).hexdigest()[:24]}.lib", text)


def joined(texts, unwanted=()):
    """{path: text} as one text: the library of the first, with the cells and templates that the others have beyond it."""
    (first, base), *others = texts.items()
    groups, end = _groups(first, base)
    present = {(kind, name) for kind, name, _, _ in groups}
    out = [(start, stop, "") for kind, name, start, stop in groups if kind == "cell" and _matches(name, unwanted)]
    more = []
    for path, text in others:
        for unit in UNITS:
            if _attribute(base, unit) != _attribute(text, unit):
                raise LibraryFileError(f"{path}: its {unit} is not that of {first}; give files of one library and corner")
        for kind, name, start, stop in _groups(path, text)[0]:
            if (kind, name) not in present and (kind == "cell" or kind.endswith("_template")):
                present.add((kind, name))
                if not (kind == "cell" and _matches(name, unwanted)):
                    more.append(text[start:stop])
    for pattern in unwanted:
        if not any(kind == "cell" and _matches(name, [pattern]) for kind, name in present):
            raise LibraryFileError(f"--dont-use: '{pattern}' is no cell of {', '.join(map(str, texts))}")
    out.append((end, end, "\n".join(more) + "\n"))
    kept, position = [], 0
    for start, stop, instead in out:
        kept += [base[position:start], instead]
        position = stop
    return "".join([*kept, base[position:]])


def upright(text):
    """With flip-flops of which the first state takes an inverted pin described by their second: the same cells."""

    def turned(match):
        first, second, before, after = match.groups()
        body = re.sub(r"\b(clear|preset|clear_preset_var[12])\b(?=\s*:)", lambda name: OPPOSITE[name.group()], before + after)
        return f"ff ({second}, {first}){body}"

    return INVERSE.sub(turned, text)


def _matches(name, patterns):
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


def _attribute(text, name):
    found = re.search(rf"\b{name}\s*(?::\s*|\()([^;)]*)", text)
    return found and re.sub(r"[\s\"]", "", found.group(1))


def _groups(path, text):
    """[(kind, name, start, stop)] of the groups in the library of a text, and where the library ends."""
    found, depth, begin = [], 0, 0
    for token in TOKEN.finditer(text):
        what = token.group()[0]
        if what == "{":
            if depth == 1:
                header = HEADER.search(text, begin, token.start())
            depth += 1
        elif what == "}":
            depth -= 1
            if depth == 0:
                return found, token.start()
            if depth == 1:
                if header:
                    found.append((header.group(1), header.group(2).strip(), header.start(), token.end()))
                begin = token.end()
        elif what in (";", "/") and depth == 1:
            begin = token.end()
    raise LibraryFileError(f"{path}: not a Liberty file: its library has no end")
