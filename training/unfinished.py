"""Keeps a training run that is under way in the cache, so that a stopped one goes on where it was."""

import io
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from files import write_bytes
from recipes import Recipe


@dataclass(frozen=True)
class Unfinished:
    """What the next step needs. Batches are drawn by their number, so no random state is kept."""

    step: int  # the last one done
    parameters: dict  # name -> float32 array
    optimizer: dict  # "first", "second": as parameters; "step": float32
    best: tuple | None  # (score, step, gain, dev loss, cell, parameters)
    history: list
    last_loss: float
    wall_seconds: float
    cpu_seconds: float


class Keeper:
    """One run's file; `identity` is whatever makes two runs the same: another one is not resumed."""

    def __init__(self, path: Path, recipe: Recipe, steps: int, seed: int,
                 origin: dict | None = None):
        self.path = path
        same = {"recipe": asdict(recipe), "steps": steps, "seed": seed}
        self.identity = json.dumps(same | ({"origin": origin} if origin else {}))

    def save(self, run: Unfinished) -> None:
        arrays = {f"parameters/{k}": v for k, v in run.parameters.items()}
        for moment in ("first", "second"):
            arrays |= {f"{moment}/{k}": v for k, v in run.optimizer[moment].items()}
        if run.best:
            arrays |= {f"best/{k}": v for k, v in run.best[-1].items()}
        about = {"identity": self.identity, "step": run.step, "history": run.history,
                 "best": run.best and run.best[:-1], "lastLoss": run.last_loss,
                 "wallSeconds": run.wall_seconds, "cpuSeconds": run.cpu_seconds}
        buffer = io.BytesIO()
        np.savez(buffer, about=np.array(json.dumps(about)),
                 optimizer_step=run.optimizer["step"], **arrays)
        write_bytes(self.path, buffer.getvalue())

    def load(self) -> Unfinished | None:
        """The run to go on with; None where there is none, or only another one's."""
        if not self.path.exists():
            return None
        with np.load(self.path) as stored:
            about = json.loads(str(stored["about"]))
            if about["identity"] != self.identity:
                return None

            def group(name: str) -> dict:
                prefix = f"{name}/"
                return {k.removeprefix(prefix): stored[k] for k in stored.files
                        if k.startswith(prefix)}

            optimizer = {"first": group("first"), "second": group("second"),
                         "step": stored["optimizer_step"]}
            best = about["best"] and (*about["best"], group("best"))
            return Unfinished(about["step"], group("parameters"), optimizer, best,
                              about["history"], about["lastLoss"], about["wallSeconds"],
                              about["cpuSeconds"])

    def remove(self) -> None:
        self.path.unlink(missing_ok=True)
