"""Makes a corpus of a student's own 16 kHz recordings, split by file; mixing is the same as ever.

A sub-folder's name is the speaker, or the kind of noise; files beside each other are one.
"""

import hashlib
import zlib
from pathlib import Path

import numpy as np
from scipy.signal import resample_poly

from corpus import RATE, SEED, SPEEDS, Corpus, Split, string_together, to_int16
from errors import TrainingError
from recordings import trim
from wav import read_wav

PIECE_SECONDS = 8
LEAST_FILES = 3
LEAST_SECONDS = {"speech": 20, "noise": 8}  # of the training part
NOISE_RMS = 0.03


def find_files(folder: Path, what: str) -> list[Path]:
    if not folder.is_dir():
        raise TrainingError(f"--{what} {folder} is not a folder", "there is nothing to read there",
                            f"give the folder that holds your {what} as 16 kHz WAV files")
    files = sorted(p for p in folder.rglob("*") if p.suffix.lower() == ".wav" and p.is_file())
    if len(files) < LEAST_FILES:
        raise TrainingError(
            f"--{what} {folder} holds {len(files)} WAV file(s)",
            "the files are divided among training, development and test, at least one each",
            f"give at least {LEAST_FILES} files; cut a long recording into several")
    return files


def split_files(files: list[Path], folder: Path) -> dict[str, list[Path]]:
    """About one file in eight to the development split and one to the test, by a hash of names."""
    by_hash = sorted(files, key=lambda p: zlib.crc32(p.relative_to(folder).as_posix().encode()))
    share = max(1, round(len(files) / 8))
    return {"test": sorted(by_hash[:share]), "dev": sorted(by_hash[share : 2 * share]),
            "train": sorted(by_hash[2 * share :])}


def _group(path: Path, folder: Path) -> str:
    parts = path.relative_to(folder).parts
    name = parts[0] if len(parts) > 1 else "own"
    return "".join(c if c.isalnum() else "-" for c in name.lower())


def _utterances(path: Path) -> list[np.ndarray]:
    samples = read_wav(path).astype(np.float64) / 32768.0
    size = PIECE_SECONDS * RATE
    pieces = [trim(samples[at : at + size]) for at in range(0, len(samples), size)]
    return [p for p in pieces if p is not None]


def _noise(path: Path) -> np.ndarray:
    samples = read_wav(path).astype(np.float64) / 32768.0
    rms = np.sqrt(np.mean(samples**2)) if len(samples) else 0.0
    return to_int16(samples * NOISE_RMS / rms) if rms > 1e-5 else np.zeros(0, dtype=np.int16)


def _speech_part(files, folder, part, rng):
    spoken: dict[str, list[np.ndarray]] = {}
    for path in files:
        spoken.setdefault(_group(path, folder), []).extend(_utterances(path))
    if part == "train":
        for pieces in spoken.values():
            pieces += [resample_poly(x, up, down) for up, down in SPEEDS for x in list(pieces)]
    voices = {name: string_together(u, rng) for name, u in spoken.items() if u}
    seconds = sum(len(v.stream) for v in voices.values()) / RATE
    return voices, seconds / (3 if part == "train" else 1)


def _noise_part(files, folder):
    heard: dict[str, list[np.ndarray]] = {}
    for path in files:
        heard.setdefault(_group(path, folder), []).append(_noise(path))
    streams = {k: np.concatenate(v) for k, v in heard.items()}
    streams = {k: v for k, v in streams.items() if len(v) >= RATE}
    return streams, sum(len(v) for v in streams.values()) / RATE


def _enough(what: str, part: str, seconds: float, folder: Path) -> None:
    least = LEAST_SECONDS[what] if part == "train" else 1
    if seconds < least:
        raise TrainingError(
            f"--{what} {folder} leaves {seconds:.0f} s of sound for the {part} split",
            f"at least {least} s is needed after silence is cut; anything less is learnt by heart",
            f"record more {what}, or check that the files are not silent")


def load_own(speech: Path, noise: Path) -> Corpus:
    """Read both folders; refuses empty ones, other sample rates, stereo and too little sound."""
    speech_files = split_files(find_files(speech, "speech"), speech)
    noise_files = split_files(find_files(noise, "noise"), noise)
    rng = np.random.default_rng(SEED)
    parts, digest = {}, hashlib.sha256()
    for part in ("train", "dev", "test"):
        voices, seconds = _speech_part(speech_files[part], speech, part, rng)
        _enough("speech", part, seconds, speech)
        kinds, seconds = _noise_part(noise_files[part], noise)
        _enough("noise", part, seconds, noise)
        parts[part] = Split(voices, kinds)
        for array in [*(v.stream for v in voices.values()), *kinds.values()]:
            digest.update(array.tobytes())
    weights = {name: float(len(v.stream)) for name, v in parts["train"].speech.items()}
    return Corpus(f"own-{digest.hexdigest()[:10]}", parts["train"], parts["dev"], parts["test"],
                  weights)
