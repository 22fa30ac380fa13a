"""Runs the Python programs of docs/models.md, each in an interpreter of its own, and says which ran.

    python3 scripts/run-model-snippets.py [--install] [FOLDER]

FOLDER gets the files that they write; without it a temporary one. A program whose packages are not there is skipped, and
said so. --install makes .pioneer/models with Keras, JAX and ONNX, and runs there. Exits with 1 where a program fails.
"""

import ast
import importlib.util
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
PAGE = PROJECT / "docs" / "models.md"
ENVIRONMENT = PROJECT / ".pioneer" / "models"
PACKAGES = ["keras==3.15.1", "jax==0.10.2", "onnx==1.23.2"]


def install():
    subprocess.run([sys.executable, "-m", "venv", ENVIRONMENT], check=True)
    python = ENVIRONMENT / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
    return python


def modules_of(program):
    for node in ast.walk(ast.parse(program)):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.split(".")[0]


def run_all(folder):
    failed = False
    for program in re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(), re.M | re.S):
        missing = [name for name in modules_of(program) if importlib.util.find_spec(name) is None]
        title = re.search(r'"([\w-]+\.\w+)"', program).group(1)
        if missing:
            print(f"skipped {title}: no module {missing[0]}")
            continue
        environment = {"KERAS_BACKEND": "jax", **os.environ}
        done = subprocess.run([sys.executable, "-c", program], cwd=folder, env=environment)
        wrote = done.returncode == 0 and (Path(folder) / title).exists()
        print(f"{'ran' if wrote else 'FAILED'} {title}", flush=True)
        failed = failed or not wrote
    return 1 if failed else 0


def main(arguments):
    if "--install" in arguments:
        rest = [argument for argument in arguments if argument != "--install"]
        return subprocess.run([install(), __file__, *rest]).returncode
    if arguments:
        return run_all(arguments[0])
    with tempfile.TemporaryDirectory() as folder:
        return run_all(folder)


sys.exit(main(sys.argv[1:]))
