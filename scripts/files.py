"""Files that are whole or not there: written under a name of this thread's, then renamed."""

import json
import os
import pathlib
import threading


def write_text(path, text):
    """Makes the folder if need be; threads and processes may write the same file side by side."""
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}.part")
    partial.write_text(text, encoding="utf-8")
    return partial.replace(path)


def write_json(path, value):
    """Indented, for people to read too."""
    return write_text(path, json.dumps(value, indent=1, ensure_ascii=False) + "\n")
