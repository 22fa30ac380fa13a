"""The denoiser's front end in float64 NumPy: frames, bands, features, gains, overlap-add.

This file is the definition that the int8 twin and the C code are checked against. What the gains
are is left to the network. Models are trained with FFT_SIZE points; one of another size is
measured with its own, which a spectrum shows by its bins.
"""

from functools import lru_cache

import numpy as np

SAMPLE_RATE_HZ = 16000
WINDOW_LENGTH = 320
HOP_LENGTH = 160
FFT_SIZE = 320  # the window's own length: no padding
BAND_COUNT = 32
LOW_HZ = 60.0
HIGH_HZ = 8000.0
EPSILON = 1e-9


def window() -> np.ndarray:
    """Square root of the periodic Hann window [320]; its square sums to 1 at a hop of 160."""
    n = np.arange(WINDOW_LENGTH)
    return np.sqrt(0.5 - 0.5 * np.cos(2.0 * np.pi * n / WINDOW_LENGTH))


def hz_to_mel(hz):
    return 2595.0 * np.log10(1.0 + np.asarray(hz, dtype=np.float64) / 700.0)


@lru_cache
def band_matrix(fft_size: int = FFT_SIZE) -> np.ndarray:
    """Weights [32 bands, fft_size / 2 + 1]; triangles linear in mel, a bin's weights sum to 1."""
    count = fft_size // 2 + 1
    centres = np.linspace(hz_to_mel(LOW_HZ), hz_to_mel(HIGH_HZ), BAND_COUNT)
    mel = hz_to_mel(np.arange(count) * SAMPLE_RATE_HZ / fft_size)
    position = np.clip((mel - centres[0]) / (centres[1] - centres[0]), 0.0, BAND_COUNT - 1.0)
    below = np.minimum(position.astype(int), BAND_COUNT - 2)
    weights = np.zeros((BAND_COUNT, count))
    bins = np.arange(count)
    weights[below, bins] = 1.0 - (position - below)
    weights[below + 1, bins] = position - below
    return weights


WINDOW = window()
BANDS = band_matrix()


def frame_count(sample_count: int) -> int:
    """Frames t = 0 .. ceil(N/160)."""
    return -(-sample_count // HOP_LENGTH) + 1


def spectra(samples: np.ndarray, fft_size: int = FFT_SIZE) -> np.ndarray:
    """samples float [N] -> complex [T, bins]; frame t covers samples [(t-1)*160, (t+1)*160)."""
    frames = frame_count(len(samples))
    padded = np.zeros((frames + 1) * HOP_LENGTH)
    padded[HOP_LENGTH : HOP_LENGTH + len(samples)] = samples
    hops = padded.reshape(frames + 1, HOP_LENGTH)
    return np.fft.rfft(np.concatenate([hops[:-1], hops[1:]], axis=1) * WINDOW, fft_size, axis=1)


def fft_size_of(spectrum: np.ndarray) -> int:
    """Points of the transform that made it."""
    return 2 * (spectrum.shape[1] - 1)


def band_powers(spectrum: np.ndarray) -> np.ndarray:
    """complex [T, bins] -> power [T, 32]."""
    return (spectrum.real**2 + spectrum.imag**2) @ band_matrix(fft_size_of(spectrum)).T


def log_bands(spectrum: np.ndarray) -> np.ndarray:
    """log2(band power + epsilon) [T, 32], before mean and deviation."""
    return np.log2(band_powers(spectrum) + EPSILON)


def apply_gains(spectrum: np.ndarray, gains: np.ndarray, sample_count: int) -> np.ndarray:
    """Spread band gains [T, 32] over the bins and overlap-add; output index equals input index."""
    size = fft_size_of(spectrum)
    frames = np.fft.irfft(spectrum * (gains @ band_matrix(size)), size, axis=1)
    frames = frames[:, :WINDOW_LENGTH] * WINDOW
    hops = np.zeros((len(frames) + 1, HOP_LENGTH))
    hops[:-1] += frames[:, :HOP_LENGTH]
    hops[1:] += frames[:, HOP_LENGTH:]
    return hops.reshape(-1)[HOP_LENGTH : HOP_LENGTH + sample_count]


def si_sdr_db(estimate: np.ndarray, reference: np.ndarray) -> float:
    """Scale-invariant signal-to-distortion ratio [dB], float64, without removing the mean."""
    estimate = np.asarray(estimate, dtype=np.float64)
    reference = np.asarray(reference, dtype=np.float64)
    target = (estimate @ reference) / (reference @ reference) * reference
    error = target - estimate
    return float(10.0 * np.log10((target @ target) / max(error @ error, 1e-300)))
