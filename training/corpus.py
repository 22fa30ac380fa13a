"""Decides what is trained on, what the development split is, and what is kept for the test.

Speech is a stream a speaker (int16, utterances with short gaps) plus the utterances' ends; noise is
one int16 stream a kind. Levels and mixtures are made in mixing.py.
"""

import os
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.signal import resample_poly

import noises
from debian import unpack_packages
from espeak import render_variants
from recordings import music, spoken_files, testdata_files, trim
from sentences import DEV_VARIANTS

RATE = 16000
VERSION = "2"
SEED = 1
NOISE_MINUTES = 10
SEGMENT_SECONDS = 8
SPEEDS = ((10, 9), (10, 11))  # 0.9 and 1.1 times as fast


@dataclass(frozen=True)
class Voice:
    stream: np.ndarray  # int16 [N]
    bounds: np.ndarray  # int64 [utterances, 2], start and end in the stream


@dataclass(frozen=True)
class Split:
    speech: dict[str, Voice]
    noise: dict[str, np.ndarray]  # int16 [N] a kind


@dataclass(frozen=True)
class Corpus:
    name: str
    train: Split
    dev: Split
    test: Split
    weights: dict[str, float]  # how often a training speaker is drawn


def in_dev(name: str) -> bool:
    """One prompt in twelve, chosen by its name, belongs to the development split."""
    return zlib.crc32(name.encode()) % 12 == 0


def to_int16(samples: np.ndarray) -> np.ndarray:
    return np.clip(np.round(samples * 32768.0), -32768, 32767).astype(np.int16)


def string_together(utterances: list[np.ndarray], rng) -> Voice:
    """Utterances in random order with gaps of 0.1 to 0.6 s."""
    parts, bounds, at = [], [], 0
    for index in rng.permutation(len(utterances)):
        gap = np.zeros(int(rng.integers(RATE // 10, RATE * 6 // 10)), dtype=np.int16)
        samples = to_int16(utterances[index])
        bounds.append((at, at + len(samples)))
        parts += [samples, gap]
        at += len(samples) + len(gap)
    return Voice(np.concatenate(parts), np.array(bounds, dtype=np.int64))


def noise_stream(make, rng, minutes: float) -> np.ndarray:
    """Segments of 8 s, each with its own parameters, level set to -30 dB full scale."""
    parts = []
    for _ in range(max(1, int(minutes * 60 / SEGMENT_SECONDS))):
        x = make(rng, SEGMENT_SECONDS * RATE)
        parts.append(to_int16(x * 0.03 / np.sqrt(np.mean(x * x))))
    return np.concatenate(parts)


def _noise(seed: int, kinds: dict, minutes: float, utterances, babble_name: str) -> dict:
    made = {}
    for index, (kind, make) in enumerate(sorted(kinds.items())):
        made[kind] = noise_stream(make, np.random.default_rng([seed, index]), minutes)
    if utterances:
        make = lambda rng, count: noises.babble(rng, count, utterances)  # noqa: E731
        made[babble_name] = noise_stream(make, np.random.default_rng([seed, 99]), minutes)
    return made


def _build(cache: Path) -> Corpus:
    root = unpack_packages(cache)
    files = {speaker: spoken_files(root, speaker) for speaker in ("allison", "june", "carlo")}
    espeak = {}
    for variant, utterances in render_variants().items():
        espeak[variant] = [x for x in (trim(u) for u in utterances) if x is not None]
    train, dev = {}, {}
    for speaker, named in files.items():
        train[speaker] = [x for name, x in named if not in_dev(name)]
        dev[speaker] = [x for name, x in named if in_dev(name)]
    train["espeak"] = [x for v, u in sorted(espeak.items()) if v not in DEV_VARIANTS for x in u]
    dev["espeak"] = [x for v, u in sorted(espeak.items()) if v in DEV_VARIANTS for x in u]
    test = {"ivrvoice-ru": [x for _, x in spoken_files(root, "ivrvoice-ru")],
            "librivox": [x for _, x in testdata_files(root, "librivox")],
            "cards": [x for _, x in testdata_files(root, "cards")]}

    rng = np.random.default_rng(SEED)
    train_speech = {}
    for speaker, utterances in train.items():
        fast_and_slow = [resample_poly(x, up, down) for up, down in SPEEDS for x in utterances]
        train_speech[speaker] = string_together(utterances + fast_and_slow, rng)
    dev_speech = {s: string_together(u, rng) for s, u in dev.items()}
    test_speech = {s: string_together(u, rng) for s, u in test.items()}

    every = lambda split: [x for u in split.values() for x in u]  # noqa: E731
    train_noise = _noise(11, noises.TRAINED, NOISE_MINUTES, every(train), "babble")
    dev_noise = _noise(12, noises.TRAINED, 1.5, every(dev), "babble")
    test_noise = _noise(13, noises.TRAINED, 2, None, "")
    test_noise |= _noise(14, noises.HELD_OUT, 2, every(test), "other-babble")
    pieces = [to_int16(x * 0.05 / np.sqrt(np.mean(x * x))) for x in music(root, "macroform")]
    # The last eighth of every training piece belongs to the development split.
    train_noise["music"] = np.concatenate([x[: len(x) * 7 // 8] for x in pieces])
    dev_noise["music"] = np.concatenate([x[len(x) * 7 // 8 :] for x in pieces])
    test_noise["other-music"] = np.concatenate(
        [to_int16(x * 0.05 / np.sqrt(np.mean(x * x))) for x in music(root, "held-out")])
    return Corpus("debian", Split(train_speech, train_noise), Split(dev_speech, dev_noise),
                  Split(test_speech, test_noise), WEIGHTS)


# Carlo is the only man among the recordings, so he is drawn as often as the longest voice.
WEIGHTS = {"allison": 0.33, "june": 0.2, "carlo": 0.3, "espeak": 0.17}


def load_corpus(cache: Path) -> Corpus:
    """The Debian corpus, built once and kept in the cache (about 0.9 GB)."""
    path = cache / f"corpus-v{VERSION}-seed{SEED}.npz"
    if not path.exists():
        corpus = _build(cache)
        arrays = {}
        for part in ("train", "dev", "test"):
            split = getattr(corpus, part)
            for speaker, voice in split.speech.items():
                arrays[f"{part}/speech/{speaker}/stream"] = voice.stream
                arrays[f"{part}/speech/{speaker}/bounds"] = voice.bounds
            for kind, stream in split.noise.items():
                arrays[f"{part}/noise/{kind}"] = stream
        temporary = path.with_suffix(".tmp.npz")
        np.savez(temporary, **arrays)
        os.replace(temporary, path)
        return corpus
    parts = {part: Split({}, {}) for part in ("train", "dev", "test")}
    with np.load(path) as stored:
        for key in stored.files:
            if key.endswith("/stream"):
                part, _, speaker, _ = key.split("/")
                bounds = stored[f"{part}/speech/{speaker}/bounds"]
                parts[part].speech[speaker] = Voice(stored[key], bounds)
            elif "/noise/" in key:
                part, _, kind = key.split("/")
                parts[part].noise[kind] = stored[key]
    return Corpus("debian", parts["train"], parts["dev"], parts["test"], WEIGHTS)
