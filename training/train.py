"""Command line: trains the denoisers, exports them, evaluates them once and writes their cards."""

import argparse
import signal
import sys
from dataclasses import replace
from pathlib import Path

from errors import SOMETHING_MISSING, TrainingError
from recipes import RECIPES, Recipe

HERE = Path(__file__).resolve().parent
CACHE = HERE / ".cache"


class Parser(argparse.ArgumentParser):
    def error(self, message):
        raise TrainingError("the command line was not understood", message,
                            "npm run train -- --help")


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = Parser(prog="npm run train --", description=__doc__)
    parser.add_argument("--model", choices=[*RECIPES, "all"], default="hearable")
    parser.add_argument("--speech", type=Path, help="folder of your own clean speech, 16 kHz WAV")
    parser.add_argument("--noise", type=Path, help="folder of your own noise, 16 kHz WAV")
    parser.add_argument("--out", type=Path, default=HERE / "out",
                        help="where the models go (default training/out; models overwrites the"
                             " shipped ones)")
    parser.add_argument("--steps", type=int, help="gradient steps, instead of the recipe's")
    parser.add_argument("--seed", type=int, default=1, help="of initial weights and batches")
    parser.add_argument("--hidden", type=int, help="units, instead of the recipe's")
    parser.add_argument("--start", type=Path,
                        help="weights to begin with: .safetensors of pioneer size --make, or .onnx")
    parser.add_argument("--teacher", type=Path,
                        help="a model, of any size, whose gains are aimed at besides")
    parser.add_argument("--rate", type=float,
                        help="highest learning rate, instead of 3e-3; less where --start is good"
                             " already")
    parser.add_argument("--quiet", action="store_true", help="no progress lines")
    options = parser.parse_args(arguments)
    if (options.speech is None) != (options.noise is None):
        raise TrainingError("--speech and --noise belong together",
                            "own speech is never mixed with the corpus's noise or the reverse",
                            "give both folders, or neither")
    if options.steps is not None and options.steps < (0 if options.start else 1):
        raise TrainingError(f"--steps {options.steps} trains nothing",
                            "it must be at least 1, or 0 to keep the weights of --start",
                            "leave --steps out, or give 200 for a quick look")
    if options.rate is not None and not 0 < options.rate <= 0.1:
        raise TrainingError(f"--rate {options.rate} is no learning rate",
                            "it is above 0 and at most 0.1", "--rate 1e-3")
    if options.hidden is not None and not 1 <= options.hidden <= 1024:
        raise TrainingError(f"--hidden {options.hidden} is no size", "it is from 1 to 1024",
                            "--hidden 48")
    if options.model == "all" and (options.hidden or options.start):
        raise TrainingError("--model all trains four recipes as they are",
                            "a size or weights to begin with belong to one",
                            "--model hearable --hidden 48")
    if options.seed < 0:
        raise TrainingError(f"--seed {options.seed} is negative", "seeds are counted from 0",
                            "--seed 1 is the recipe's")
    return options


def origin_of(options: argparse.Namespace):
    """(parameters to begin with, a teacher's, what the record says of both)."""
    from start import fft_size_of, read_parameters

    given = {"start": options.start, "teacher": options.teacher}
    read = {k: read_parameters(path) for k, path in given.items() if path}
    origin = {k: given[k].name for k in read}
    if options.start and (size := fft_size_of(options.start)):
        origin["startFftSize"] = size
    return read.get("start"), read.get("teacher"), origin


def variant_of(recipe: Recipe, options: argparse.Namespace, start: dict | None) -> Recipe:
    """The recipe as it is, or at another size, named after its size or what it begins with."""
    if start is None and options.hidden in (None, recipe.hidden):
        return recipe
    hidden = recipe.hidden if options.hidden is None else options.hidden
    if start is None:
        return replace(recipe, name=f"{recipe.name}-{hidden}", hidden=hidden)
    begun = start["dense"].shape[0]
    if options.hidden not in (None, begun):
        raise TrainingError(f"--start has {begun} units, --hidden {options.hidden}",
                            "training changes weights, not sizes",
                            f"npx pioneer size {recipe.name} --board nrf52840-dk --make"
                            f" {options.hidden} writes such a start")
    return replace(recipe, name=options.start.stem, hidden=begun)


def main(arguments: list[str]) -> int:
    options = parse(arguments)
    say = (lambda _: None) if options.quiet else (lambda text: print(text, file=sys.stderr))
    try:
        import checkpoint
        from frontend import FFT_SIZE
        from network import PEAK_RATE
        from optimize import optimize
        from unfinished import Keeper
    except ImportError as error:
        raise TrainingError(f"the Python package {error.name} is missing",
                            "train.py runs in its own environment with pinned packages",
                            "npm run train -- (it makes the environment)",
                            SOMETHING_MISSING) from error
    from corpus import load_corpus

    if options.speech:
        from own_recordings import load_own

        corpus = load_own(options.speech, options.noise)
    else:
        say("corpus: reading, or building it (about 65 MB of downloads and one minute)")
        corpus = load_corpus(CACHE)
    names = list(RECIPES) if options.model == "all" else [options.model]
    start, teacher, origin = origin_of(options)
    for name in names:
        recipe = variant_of(RECIPES[name], options, start)
        name = recipe.name
        steps = recipe.steps if options.steps is None else options.steps
        saved = CACHE / "runs" / f"{corpus.name}-{name}-seed{options.seed}.npz"
        keeper = Keeper(saved.with_suffix(".unfinished.npz"), recipe, steps, options.seed,
                        origin | {"fftSize": FFT_SIZE, "rate": options.rate or PEAK_RATE})
        trained = optimize(corpus, recipe, steps, options.seed, options.quiet, keeper, start,
                           teacher, options.rate or PEAK_RATE)
        trained.record.update(origin)
        checkpoint.save(saved, trained)
        keeper.remove()
        say(f"{name}: best at step {trained.record['bestStep']}, dev"
            f" {trained.record['devGainDb']:+.2f} dB, {trained.record['wallSeconds']} s")
        from publish import publish

        for line in publish(trained, corpus, options.out, say):
            print(line)
    return 0


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        sys.exit(main(sys.argv[1:]))
    except TrainingError as error:
        print(error, file=sys.stderr)
        sys.exit(error.status)
    except KeyboardInterrupt:
        print("\nstopped; files already written are whole, and the same command goes on",
              file=sys.stderr)
        sys.exit(130)
