# Runs a notebook cell by cell and judges what it prints. Started by `apimite lab run`.
import json
import os
import platform
import re
import sys
import time
from importlib import metadata

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

source, target, patience = sys.argv[1], sys.argv[2], int(sys.argv[3])
notebook = nbformat.read(source, as_version=4)
folder = os.path.dirname(os.path.abspath(source))
os.environ["JPY_SESSION_NAME"] = os.path.abspath(source)
client = NotebookClient(notebook, timeout=patience, kernel_name="python3", resources={"metadata": {"path": folder}}, interrupt_on_timeout=True, extra_arguments=["--Application.log_level=40"])
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def say(**line):
    print(json.dumps(line), flush=True)


def versions():
    found = {"Python": platform.python_version()}
    for name in ("openai", "requests", "azure-mgmt-apimanagement"):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            pass
    return found


def text(cell):
    parts = []
    for output in cell.get("outputs", []):
        if output.output_type == "stream":
            parts.append(output.text)
        elif output.output_type != "error":
            parts.append(str(output.get("data", {}).get("text/plain", "")))
    return COLOUR.sub("", "".join(parts))


def raised(error):
    # The line that was raised, and that in a few words.
    line = COLOUR.sub("", str(error)).strip().splitlines()[-1][:300]
    missing = re.search(r"No module named '([^'.]+)", line)
    if missing:
        return line, f"no Python package {missing[1]}"
    name = re.match(r"[A-Za-z_.]+(?=:|$)", line)
    return line, name[0].split(".")[-1] if name else "fails"


def judged(printed):
    # Notebooks swallow exceptions: a line that says so is a failure all the same.
    for line in printed.splitlines():
        if "\u274c" in line or "Error" in line or "Traceback" in line:
            return line.strip()[:300], "prints that something failed"
    return None, None


failed, number, begin = 0, 0, time.monotonic()
say(**{"with": versions()})
with client.setup_kernel():
    code = [at for at, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    for at in code:
        number += 1
        cell, start = notebook.cells[at], time.monotonic()
        why = kind = None
        dead = False
        try:
            client.execute_cell(cell, at)
        except CellExecutionError as error:
            why, kind = raised(error)
            if kind == "KeyboardInterrupt":
                why, kind = f"still runs after {patience} s", "does not end"
        except CellTimeoutError:
            why, kind = f"still runs after {patience} s", "does not end"
        except DeadKernelError:
            why = kind = "the kernel died"
            dead = True
        if why is None:
            why, kind = judged(text(cell))
        first = next((line for line in cell.source.splitlines() if line.strip()), "")[:80]
        say(cell=number, of=len(code), seconds=round(time.monotonic() - start, 1), failed=why, kind=kind, first=first)
        if why:
            failed += 1
        if dead:
            break
nbformat.write(notebook, target)
say(cells=number, failed=failed, seconds=round(time.monotonic() - begin, 1))
sys.exit(1 if failed else 0)
