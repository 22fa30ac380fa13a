"""Keeps a finished training run in the cache, so that export and evaluation can be repeated."""

import io
import json
from dataclasses import asdict
from pathlib import Path

import numpy as np

from files import write_bytes
from optimize import Trained
from recipes import Recipe


def save(path: Path, trained: Trained) -> None:
    buffer = io.BytesIO()
    about = json.dumps({"recipe": asdict(trained.recipe), "record": trained.record})
    np.savez(buffer, about=np.array(about), mean=trained.mean, deviation=trained.deviation,
             **{f"parameter/{k}": v for k, v in trained.parameters.items()})
    write_bytes(path, buffer.getvalue())


def load(path: Path) -> Trained:
    with np.load(path) as stored:
        about = json.loads(str(stored["about"]))
        parameters = {k.split("/")[1]: stored[k] for k in stored.files if "/" in k}
        recipe = {k: tuple(v) if isinstance(v, list) else v for k, v in about["recipe"].items()}
        return Trained(Recipe(**recipe), parameters, stored["mean"], stored["deviation"],
                       about["record"])
