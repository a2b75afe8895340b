#!/usr/bin/env python3
"""The King James Bible as bytes, split into training and held-out text.

Source: the program `bible` of Debian's packages bible-kjv and bible-kjv-text; the text, translated in 1611, is in the
public domain. `bible -f Gen1:1-Rev22:21` prints one verse per line after a reference such as `Ge1:1`. Here the
reference is dropped (it is layout), the verse text is kept as it is, one verse per line, and an empty line ends each
chapter.

Split: chapters are numbered 0 to 1188 in order; every chapter whose number leaves remainder 19 after division by 20 is
held out, all others are training text. Parallel passages (Kings and Chronicles, the first three gospels) can therefore
repeat a held-out phrase in the training text.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np

from store import TraceError, fail, read_json, sha256, write_bytes

RANGE = "Gen1:1-Rev22:21"
CHAPTERS, VERSES = 1189, 31102
EVERY, REMAINDER = 20, 19
REFERENCE = re.compile(rb"([0-9]?[A-Za-z]+[0-9]+):[0-9]+ ")


def find_bible() -> str | None:
    """Path of the program `bible`, or None."""
    return shutil.which("bible") or shutil.which("bible", path="/usr/games:/usr/bin")


def chapters() -> list[bytes]:
    """Run `bible` -> the 1,189 chapters in order, each as verses ended by a newline, then one empty line. ASCII."""
    program = find_bible()
    if program is None:
        raise TraceError("program `bible` not found: install it with `apt-get install bible-kjv bible-kjv-text`")
    done = subprocess.run([program, "-f", RANGE], capture_output=True, check=False)
    if done.returncode != 0:
        raise TraceError(f"`bible` exited with code {done.returncode}: {done.stderr.decode(errors='replace')}")
    out: list[list[bytes]] = []
    current = b""
    lines = done.stdout.splitlines()
    for line in lines:
        match = REFERENCE.match(line)
        if match is None:
            raise TraceError(f"`bible` printed a line without a verse reference: {line[:60]!r}")
        if match[1] != current:
            current = match[1]
            out.append([])
        out[-1].append(line[match.end() :].strip())
    if (len(out), len(lines)) != (CHAPTERS, VERSES):
        raise TraceError(f"expected {CHAPTERS} chapters and {VERSES} verses, `bible` gave {len(out)} and {len(lines)}")
    return [b"\n".join(verses) + b"\n\n" for verses in out]


def split() -> tuple[np.ndarray, np.ndarray]:
    """The corpus -> (training bytes, held-out bytes), both uint8 [length]; a token is one byte."""
    parts: tuple[list[bytes], list[bytes]] = ([], [])
    for number, chapter in enumerate(chapters()):
        parts[number % EVERY == REMAINDER].append(chapter)
    train, held_out = (np.frombuffer(b"".join(part), np.uint8) for part in parts)
    return train, held_out


def stream(tokens_file: Path | None) -> tuple[np.ndarray, str]:
    """The tokens to evaluate or capture on -> (int64 [L], description of the source).

    Without a file: the held-out text. With one: the field `tokens`, a list of token numbers, of a JSON file.
    """
    if tokens_file is None:
        return split()[1].astype(
            np.int64
        ), "King James Bible, Debian bible-kjv-text, held-out chapters (traces/corpus.py)"
    raw = read_json(tokens_file)
    try:
        tokens = np.array(raw["tokens"], np.int64)
    except (KeyError, TypeError, ValueError) as error:
        raise TraceError(f"{tokens_file}: no field `tokens` with a list of token numbers: {error}") from None
    return tokens, f"tokens of {tokens_file.name}"


def main() -> None:
    """Command line: print sizes and digests; with --write, also write both parts as text files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--write", type=Path, metavar="DIR", help="also write DIR/train.txt and DIR/held_out.txt, to read"
    )
    args = parser.parse_args()
    try:
        for name, part in zip(("train", "held_out"), split(), strict=True):
            print(f"{name}: {part.size} bytes, sha256 {sha256(part.tobytes())}")
            if args.write:
                write_bytes(args.write / f"{name}.txt", part.tobytes())
    except TraceError as error:
        fail(Path(sys.argv[0]).name, error)


if __name__ == "__main__":
    main()
