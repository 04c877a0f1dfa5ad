# Runs a notebook cell by cell and judges what it prints. Started by `apimite lab run`.
import json
import os
import sys
import time

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

source, target = sys.argv[1], sys.argv[2]
notebook = nbformat.read(source, as_version=4)
folder = os.path.dirname(os.path.abspath(source))
os.environ["JPY_SESSION_NAME"] = os.path.abspath(source)
client = NotebookClient(notebook, timeout=600, kernel_name="python3", resources={"metadata": {"path": folder}})


def text(cell):
    parts = []
    for output in cell.get("outputs", []):
        if output.output_type == "stream":
            parts.append(output.text)
        elif output.output_type == "error":
            parts.append(f"{output.ename}: {output.evalue}")
        else:
            parts.append(str(output.get("data", {}).get("text/plain", "")))
    return "".join(parts)


def judged(printed):
    # Notebooks swallow exceptions: a line that says so is a failure all the same.
    for line in printed.splitlines():
        if "\u274c" in line or "Error" in line or "Traceback" in line:
            return line.strip()[:300]
    return None


failed, number, begin = 0, 0, time.monotonic()
with client.setup_kernel():
    code = [at for at, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    for at in code:
        number += 1
        cell, start = notebook.cells[at], time.monotonic()
        why = None
        try:
            client.execute_cell(cell, at)
        except CellExecutionError as error:
            why = str(error).strip().splitlines()[-1][:300]
        why = why or judged(text(cell))
        first = next((line for line in cell.source.splitlines() if line.strip()), "")[:80]
        took = time.monotonic() - start
        print(json.dumps({"cell": number, "of": len(code), "seconds": round(took, 1), "failed": why, "first": first}), flush=True)
        if why:
            failed += 1
            if "ModuleNotFoundError" in why:
                break
nbformat.write(notebook, target)
print(json.dumps({"cells": number, "failed": failed, "seconds": round(time.monotonic() - begin, 1)}), flush=True)
sys.exit(1 if failed else 0)
