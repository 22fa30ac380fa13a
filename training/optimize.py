"""One training run: batches in, the parameters that did best on the development split out."""

import sys
import time
from dataclasses import dataclass

import numpy as np

import frontend
import network
from corpus import Corpus
from mixing import Batches, dev_clips
from recipes import Recipe
from unfinished import Keeper, Unfinished

EVALUATE_EVERY = 250
NORM_SEED, NORM_BATCHES = 5, 30


@dataclass(frozen=True)
class Trained:
    recipe: Recipe
    parameters: dict  # name -> float32 array, shapes as in network.initial_parameters
    mean: np.ndarray  # [32]
    deviation: np.ndarray  # [32]
    record: dict  # steps, seed, best step, dev results, time


def normalization(corpus: Corpus, recipe: Recipe):
    """Mean and deviation a band over training mixtures, rounded to what the sidecar prints."""
    batches = Batches(corpus, NORM_SEED, recipe.snr_db)
    logs = []
    for number in range(NORM_BATCHES):
        for noisy in batches.draw(number)[0]:
            logs.append(frontend.log_bands(frontend.spectra(noisy.astype(np.float64))))
    logs = np.concatenate(logs)
    return np.round(logs.mean(axis=0), 6), np.round(logs.std(axis=0), 6)


class Progress:
    """Lines on stderr: a rewritten one on a terminal, one every 50 steps elsewhere."""

    def __init__(self, name: str, steps: int, quiet: bool, done: int = 0):
        self.name, self.steps, self.quiet, self.done = name, steps, quiet, done
        self.live, self.started = sys.stderr.isatty(), time.monotonic()
        self.dev = "dev -"

    def show(self, step: int, loss: float) -> None:
        if self.quiet or not (self.live or step % 50 == 0 or step == self.steps):
            return
        pace = (time.monotonic() - self.started) / (step - self.done)
        left = pace * (self.steps - step)
        bar = "#" * (20 * step // self.steps)
        line = (f"{self.name} [{bar:<20}] step {step}/{self.steps}  loss {loss:.4f}  {self.dev}"
                f"  ETA {int(left) // 60}:{int(left) % 60:02d}")
        print("\r" + line if self.live else line, end="" if self.live else "\n", file=sys.stderr,
              flush=True)

    def close(self) -> None:
        if self.live and not self.quiet:
            print(file=sys.stderr)


def optimize(corpus: Corpus, recipe: Recipe, steps: int, seed: int, quiet: bool,
             keeper: Keeper | None = None, start: dict | None = None,
             teacher: dict | None = None, peak: float = network.PEAK_RATE) -> Trained:
    """Train and return the checkpoint chosen on the development split; never sees the test.

    With a keeper a run that was stopped goes on after its last look at the development split, and
    ends with the same parameters as one that was not. `start` and `teacher` are parameters as in
    network.initial_parameters: what it begins with, which is judged too, and whose gains it aims at besides; `peak` is the
    highest learning rate.
    """
    wall, cpu = time.monotonic(), time.process_time()
    mean, deviation = normalization(corpus, recipe)
    mean32, deviation32 = mean.astype(np.float32), deviation.astype(np.float32)
    clips = dev_clips(corpus, recipe.dev_snrs_db)
    dev_noisy = np.stack([c.noisy for c in clips]).astype(np.float32) / np.float32(32768)
    dev_clean = np.stack([c.clean for c in clips]).astype(np.float32) / np.float32(32768)
    batches = Batches(corpus, seed, recipe.snr_db)
    parameters = start or network.initial_parameters(recipe.hidden, seed)
    optimizer = network.initial_optimizer(parameters)
    history, best, losses, done = [], None, [], 0

    def look(step: int) -> tuple[float, float]:
        """(loss, SI-SDR gain [dB]) on the development split; keeps the parameters that did best."""
        nonlocal best
        dev_loss, gain, cell = (float(x) for x in network.judge(
            parameters, dev_noisy, dev_clean, mean32, deviation32, recipe.loss))
        score = gain if recipe.choose_by == "gain" else -dev_loss
        if np.isfinite(score) and (best is None or score > best[0]):
            kept = {k: np.asarray(v) for k, v in parameters.items()}
            best = (score, step, gain, dev_loss, cell, kept)
        return dev_loss, gain

    if keeper and (run := keeper.load()):
        parameters, optimizer, best, history = run.parameters, run.optimizer, run.best, run.history
        losses, done = [run.last_loss], run.step
        wall, cpu = wall - run.wall_seconds, cpu - run.cpu_seconds
    if start and best is None:
        look(0)  # what a run begins with may be better than all it makes of it
    progress = Progress(recipe.name, steps, quiet, done)
    batch = batches.draw(done + 1)
    for step in range(done + 1, steps + 1):
        parameters, optimizer, value = network.train_step(
            parameters, optimizer, *batch, mean32, deviation32, recipe.loss, steps,
            peak, teacher)
        if step < steps:
            batch = batches.draw(step + 1)  # made while the step runs
        losses.append(float(value))
        if step % EVALUATE_EVERY == 0 or step == steps:
            dev_loss, gain = look(step)
            history.append({"step": step, "trainLoss": round(float(np.mean(losses)), 5),
                            "devLoss": round(dev_loss, 5), "devGainDb": round(gain, 3)})
            losses = losses[-1:]
            progress.dev = f"dev {gain:+.2f} dB"
            if keeper:
                keeper.save(Unfinished(step, parameters, optimizer, best, history, losses[-1],
                                       time.monotonic() - wall, time.process_time() - cpu))
        progress.show(step, float(np.mean(losses[-50:])))
    progress.close()
    _, best_step, gain, dev_loss, cell, kept = best
    record = {"steps": steps, "seed": seed, "peakRate": peak, "bestStep": best_step,
              "devGainDb": round(gain, 2), "devLoss": round(dev_loss, 5), "devClips": len(clips),
              "devCellPeak": round(cell, 2), "history": history, "loss": recipe.loss,
              "wallSeconds": round(time.monotonic() - wall),
              "cpuSeconds": round(time.process_time() - cpu)}
    return Trained(recipe, kept, mean, deviation, record)
