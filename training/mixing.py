"""Mixes speech and noise: random training batches, and fixed clips for development and test."""

from dataclasses import dataclass

import numpy as np

from corpus import RATE, Corpus, Split, Voice

BATCH = 32
CLIP_SECONDS = 2
LEVEL_RMS = 0.05
FULL_SCALE = 32767 / 32768


@dataclass(frozen=True)
class Clip:
    noisy: np.ndarray  # int16 [N]
    clean: np.ndarray  # int16 [N]
    snr_db: float
    speaker: str
    noise: str


def _rms(x):
    return np.sqrt(np.mean(x * x)) + 1e-9


def tilt(x: np.ndarray, decibels: float) -> np.ndarray:
    """Two-tap filter whose gain at 8 kHz is `decibels` above its gain at 0 Hz."""
    ratio = 10 ** (decibels / 20)
    a = (1 - ratio) / (1 + ratio)
    y = x.copy()
    y[1:] += a * x[:-1]
    return y


def cut(rng, stream: np.ndarray, count: int) -> np.ndarray:
    start = int(rng.integers(0, max(1, len(stream) - count)))
    piece = stream[start : start + count].astype(np.float64) / 32768.0
    return np.resize(piece, count)


def mix(speech, noise, snr_db: float, rms: float):
    """(noisy, clean) float, both on the int16 grid; the SNR holds over the whole clip."""
    noise = noise * (_rms(speech) / _rms(noise) * 10 ** (-snr_db / 20))
    scale = rms / _rms(speech + noise)
    peak = max(np.max(np.abs(speech + noise)), np.max(np.abs(speech)))
    scale = min(scale, FULL_SCALE / (peak + 1e-9))
    on_grid = lambda x: np.round(x * scale * 32768.0)  # noqa: E731
    return on_grid(speech + noise), on_grid(speech)


class Batches:
    """Training batches by number: the same seed and number give the same batch."""

    def __init__(self, corpus: Corpus, seed: int, snr_db: tuple[float, float]):
        self.split, self.seed, self.snr_db = corpus.train, seed, snr_db
        self.speakers = sorted(self.split.speech)
        self.kinds = sorted(self.split.noise)
        weights = np.array([corpus.weights[s] for s in self.speakers])
        self.weights = weights / weights.sum()

    def draw(self, number: int, batch: int = BATCH, seconds: int = CLIP_SECONDS):
        """(noisy, clean) float32 [batch, N], full scale 1."""
        rng = np.random.default_rng([self.seed, number])
        pairs = [self._one(rng, seconds * RATE) for _ in range(batch)]
        noisy, clean = (np.stack([p[i] for p in pairs]).astype(np.float32) for i in (0, 1))
        return noisy / np.float32(32768.0), clean / np.float32(32768.0)

    def _one(self, rng, count):
        voice = self.split.speech[self.speakers[rng.choice(len(self.speakers), p=self.weights)]]
        for _ in range(20):
            speech = cut(rng, voice.stream, count)
            if _rms(speech) > 0.01:
                break
        noise = self._noise(rng, count)
        if rng.uniform() < 0.4:
            noise += self._noise(rng, count) * 10 ** (rng.uniform(-10, 0) / 20)
        speech = tilt(speech, rng.uniform(-4, 4))
        noise = tilt(noise, rng.uniform(-8, 8))
        return mix(speech, noise, rng.uniform(*self.snr_db),
                   LEVEL_RMS * 10 ** (rng.uniform(-14, 10) / 20))

    def _noise(self, rng, count):
        piece = cut(rng, self.split.noise[self.kinds[int(rng.integers(len(self.kinds)))]], count)
        return piece / _rms(piece)


def _utterances(rng, voice: Voice, count: int) -> np.ndarray:
    """`count` samples of whole utterances of one voice, short gaps between, the last one cut."""
    out, filled = np.zeros(count), int(rng.integers(0, RATE // 5))
    while filled < count:
        start, end = voice.bounds[int(rng.integers(len(voice.bounds)))]
        piece = voice.stream[start:end].astype(np.float64)[: count - filled] / 32768.0
        out[filled : filled + len(piece)] = piece
        filled += len(piece) + int(rng.integers(RATE // 10, RATE // 2))
    return out


def fixed_clip(split: Split, speaker: str, kind: str, snrs_db, seed, seconds: float = 4.0,
               rms: float | None = None) -> list[Clip]:
    """One draw of speech, noise and level (or the given level), mixed at each SNR."""
    rng, count = np.random.default_rng(seed), int(seconds * RATE)
    speech = _utterances(rng, split.speech[speaker], count)
    noise = cut(rng, split.noise[kind], count)
    drawn = LEVEL_RMS * 10 ** (rng.uniform(-8, 6) / 20)
    clips = []
    for snr_db in snrs_db:
        noisy, clean = mix(speech, noise, snr_db, rms or drawn)
        clips.append(Clip(noisy.astype(np.int16), clean.astype(np.int16), snr_db, speaker, kind))
    return clips


def fixed_clips(split: Split, plan: list[tuple[str, str]], snrs_db, seed: int,
                every_snr: bool = True) -> list[Clip]:
    """Clips of the (speaker, noise kind) pairs in `plan`: at every SNR, or the SNRs in turn."""
    clips = []
    for index, (speaker, kind) in enumerate(plan):
        chosen = snrs_db if every_snr else [snrs_db[index % len(snrs_db)]]
        clips += fixed_clip(split, speaker, kind, chosen, [seed, index])
    return clips


def dev_clips(corpus: Corpus, snrs_db) -> list[Clip]:
    """At least 72 development clips, speakers with kinds of noise, SNRs in turn.

    The number of SNRs should share no factor with the number of pairs, so that a pair met twice is
    met at two SNRs.
    """
    plan = [(s, k) for k in sorted(corpus.dev.noise) for s in sorted(corpus.dev.speech)]
    plan = plan[:: max(1, len(plan) // 72)]
    repeats = -(-72 // len(plan))
    return fixed_clips(corpus.dev, plan * repeats, list(snrs_db), seed=21, every_snr=False)


def test_plan(corpus: Corpus) -> list[tuple[str, str]]:
    """Eight clips a noise kind; with the Debian corpus three in four are the Russian voice."""
    speakers = sorted(corpus.test.speech)
    if corpus.name == "debian":
        turn = ["ivrvoice-ru", "ivrvoice-ru", "librivox", "ivrvoice-ru",
                "ivrvoice-ru", "ivrvoice-ru", "cards", "ivrvoice-ru"]
    else:
        turn = [speakers[i % len(speakers)] for i in range(max(8, len(speakers)))]
    return [(speaker, kind) for kind in sorted(corpus.test.noise) for speaker in turn]
