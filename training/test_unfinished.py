"""A stopped training run goes on where it was, and ends as one that never stopped.

Run in the training environment: .venv/bin/python -m unittest test_unfinished
"""

import tempfile
import unittest
from pathlib import Path
from unittest import mock

import numpy as np

import optimize
from corpus import Corpus, Split, Voice
from recipes import Recipe
from unfinished import Keeper

RECIPE = Recipe("tiny", 4, "mask", 3, (0.0, 6.0), (0.0, 3.0, 6.0), "gain")


def noise_corpus() -> Corpus:
    rng = np.random.default_rng(3)
    samples = lambda: rng.integers(-3000, 3000, 48000).astype(np.int16)  # noqa: E731
    split = Split({"voice": Voice(samples(), np.array([[0, 48000]]))}, {"hiss": samples()})
    return Corpus("tiny", split, split, split, {"voice": 1.0})


class StoppedKeeper(Keeper):
    """Keeps the run as its parent does, then ends it as Ctrl-C would."""

    def save(self, run) -> None:
        super().save(run)
        raise KeyboardInterrupt


class Resume(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name) / "tiny.npz"
        for patch in (mock.patch.object(optimize, "EVALUATE_EVERY", 2),
                      mock.patch.object(optimize, "NORM_BATCHES", 1)):
            patch.start()
            self.addCleanup(patch.stop)

    def run_with(self, keeper, seed=1):
        return optimize.optimize(noise_corpus(), RECIPE, RECIPE.steps, seed, True, keeper)

    def test_a_stopped_run_ends_as_a_whole_one(self):
        whole = self.run_with(None)
        with self.assertRaises(KeyboardInterrupt):
            self.run_with(StoppedKeeper(self.path, RECIPE, RECIPE.steps, 1))
        self.assertEqual(Keeper(self.path, RECIPE, RECIPE.steps, 1).load().step, 2)
        train_step = optimize.network.train_step
        with mock.patch.object(optimize.network, "train_step", side_effect=train_step) as steps:
            resumed = self.run_with(Keeper(self.path, RECIPE, RECIPE.steps, 1))
        self.assertEqual(steps.call_count, 1)
        for name, value in whole.parameters.items():
            np.testing.assert_array_equal(resumed.parameters[name], value)
        self.assertEqual(resumed.record["history"], whole.record["history"])
        self.assertEqual(resumed.record["bestStep"], whole.record["bestStep"])

    def test_another_run_is_not_resumed(self):
        with self.assertRaises(KeyboardInterrupt):
            self.run_with(StoppedKeeper(self.path, RECIPE, RECIPE.steps, 1))
        self.assertIsNone(Keeper(self.path, RECIPE, RECIPE.steps, 2).load())
        self.assertIsNone(Keeper(self.path, RECIPE, RECIPE.steps + 1, 1).load())


if __name__ == "__main__":
    unittest.main()
