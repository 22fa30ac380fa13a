"""The network and its loss in JAX: 32 features -> LSTM -> dense 32 -> sigmoid gains.

Gates are kept in ONNX order (input, output, forget, cell) so that export copies, never reorders.
The optimiser is AdamW with warm-up and a cosine schedule; which data it sees is left to train.py.
"""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

import frontend

BANDS = jnp.asarray(frontend.BANDS, dtype=jnp.float32)
WINDOW = jnp.asarray(frontend.WINDOW, dtype=jnp.float32)
HOP = frontend.HOP_LENGTH
IGNORED_FRAMES = 8
CELL_LIMIT, CELL_WEIGHT = 4.0, 0.1
# Weight of a decibel of SI-SDR against the squared mask error, by loss.
SI_SDR_WEIGHTS = {"mask": 0.0, "blend": 0.004, "strong-blend": 0.02}
# Weight of the squared distance from a teacher's gains.
TEACHER_WEIGHT = 1.0
PEAK_RATE, WARM_UP, FINAL = 3e-3, 200, 0.01
BETA1, BETA2, DECAY, CLIP_NORM = 0.9, 0.99, 1e-5, 1.0


def initial_parameters(hidden: int, seed: int) -> dict:
    """inputWeights [4H,32], recurrentWeights [4H,H], bias [4H], dense [H,32], denseBias [32]."""
    rng = np.random.default_rng([hidden, seed])
    bands = frontend.BAND_COUNT
    orthogonal = [np.linalg.qr(rng.standard_normal((hidden, hidden)))[0] for _ in range(4)]
    bias = np.zeros(4 * hidden)
    bias[2 * hidden : 3 * hidden] = 1.0  # forget gate open at the start
    glorot = lambda n, m: rng.uniform(-1, 1, (n, m)) * np.sqrt(6.0 / (n + m))  # noqa: E731
    made = {"inputWeights": np.concatenate([glorot(hidden, bands) for _ in range(4)]),
            "recurrentWeights": np.concatenate(orthogonal), "bias": bias,
            "dense": glorot(hidden, bands), "denseBias": np.zeros(bands)}
    return {k: jnp.asarray(v, dtype=jnp.float32) for k, v in made.items()}


def forward(parameters, features):
    """features [B,T,32] -> (gains [B,T,32], cell states [T,B,H])."""
    hidden = parameters["dense"].shape[0]
    drive = jnp.swapaxes(features @ parameters["inputWeights"].T + parameters["bias"], 0, 1)
    recurrent = parameters["recurrentWeights"].T

    def step(state, x):
        h, c = state
        i, o, f, g = jnp.split(x + h @ recurrent, 4, axis=1)
        c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
        h = jax.nn.sigmoid(o) * jnp.tanh(c)
        return (h, c), (h, c)

    zero = jnp.zeros((features.shape[0], hidden), features.dtype)
    _, (h, c) = jax.lax.scan(step, (zero, zero), drive, unroll=3)
    out = h @ parameters["dense"] + parameters["denseBias"]
    return jnp.swapaxes(jax.nn.sigmoid(out), 0, 1), c


def spectra(samples):
    """[B,N] with N a multiple of 160 -> complex [B,T,bins]."""
    hops = jnp.pad(samples, ((0, 0), (HOP, HOP))).reshape(samples.shape[0], -1, HOP)
    frames = jnp.concatenate([hops[:, :-1], hops[:, 1:]], axis=2) * WINDOW
    return jnp.fft.rfft(frames, frontend.FFT_SIZE, axis=2)


def band_powers(spectrum):
    return (spectrum.real**2 + spectrum.imag**2) @ BANDS.T


def synthesize(spectrum, gains):
    """Gains spread over bins and overlap-added: [B,N]."""
    frames = jnp.fft.irfft(spectrum * (gains @ BANDS), frontend.FFT_SIZE, axis=2)
    frames = frames[:, :, : frontend.WINDOW_LENGTH] * WINDOW
    hops = frames[:, 1:, :HOP] + frames[:, :-1, HOP:]
    return hops.reshape(hops.shape[0], -1)


def si_sdr_db(estimate, reference):
    energy = jnp.sum(reference**2, axis=1) + 1e-7
    target = (jnp.sum(estimate * reference, axis=1) / energy)[:, None] * reference
    error = jnp.sum((target - estimate) ** 2, axis=1) + 1e-9
    return 10.0 * jnp.log10((jnp.sum(target**2, axis=1) + 1e-9) / error)


def loss(parameters, noisy, clean, mean, deviation, kind: str, teacher=None):
    """Squared error to the ideal band mask, less SI-SDR by SI_SDR_WEIGHTS; all limit the cell.

    With a teacher (parameters of a network of any hidden size) its gains are aimed at, too.
    """
    noisy_spectrum = spectra(noisy)
    power = band_powers(noisy_spectrum)
    features = (jnp.log2(power + frontend.EPSILON) - mean) / deviation
    ideal = jnp.sqrt(jnp.clip(band_powers(spectra(clean)) / (power + 1e-9), 0.0, 1.0))
    gains, cell = forward(parameters, features)
    total = jnp.mean((gains - ideal)[:, IGNORED_FRAMES:] ** 2)
    total += CELL_WEIGHT * jnp.mean(jnp.maximum(jnp.abs(cell) - CELL_LIMIT, 0.0) ** 2)
    if teacher is not None:
        taught, _ = forward(teacher, features)
        total += TEACHER_WEIGHT * jnp.mean((gains - taught)[:, IGNORED_FRAMES:] ** 2)
    if SI_SDR_WEIGHTS[kind] > 0:
        cleaned = synthesize(noisy_spectrum, gains)
        quality = si_sdr_db(cleaned[:, IGNORED_FRAMES * HOP :], clean[:, IGNORED_FRAMES * HOP :])
        total -= SI_SDR_WEIGHTS[kind] * jnp.mean(jnp.minimum(quality, 30.0))
    return total


def learning_rate(step, steps: int, peak: float):
    warm = jnp.minimum(1.0, (step + 1.0) / WARM_UP)
    progress = jnp.clip((step - WARM_UP) / max(1, steps - WARM_UP), 0.0, 1.0)
    return peak * warm * (FINAL + (1 - FINAL) * 0.5 * (1 + jnp.cos(jnp.pi * progress)))


def initial_optimizer(parameters):
    zeros = jax.tree.map(jnp.zeros_like, parameters)
    return {"first": zeros, "second": zeros, "step": jnp.zeros((), jnp.float32)}


@partial(jax.jit, static_argnames=("kind", "steps", "peak"))
def train_step(parameters, optimizer, noisy, clean, mean, deviation, kind, steps,
               peak=PEAK_RATE, teacher=None):
    """One AdamW step; returns (parameters, optimizer, loss)."""
    value, gradient = jax.value_and_grad(loss)(parameters, noisy, clean, mean, deviation, kind,
                                               teacher)
    norm = jnp.sqrt(sum(jnp.sum(g * g) for g in jax.tree.leaves(gradient)))
    gradient = jax.tree.map(lambda g: g * jnp.minimum(1.0, CLIP_NORM / (norm + 1e-9)), gradient)
    rate, count = learning_rate(optimizer["step"], steps, peak), optimizer["step"] + 1.0
    first = jax.tree.map(lambda m, g: BETA1 * m + (1 - BETA1) * g, optimizer["first"], gradient)
    second = jax.tree.map(lambda v, g: BETA2 * v + (1 - BETA2) * g * g, optimizer["second"],
                          gradient)

    def update(p, m, v):
        direction = (m / (1 - BETA1**count)) / (jnp.sqrt(v / (1 - BETA2**count)) + 1e-8)
        return p - rate * (direction + DECAY * p)

    parameters = jax.tree.map(update, parameters, first, second)
    return parameters, {"first": first, "second": second, "step": count}, value


@partial(jax.jit, static_argnames=("kind",))
def judge(parameters, noisy, clean, mean, deviation, kind):
    """(loss, mean SI-SDR gain in dB over whole clips, largest |cell|) on fixed clips."""
    spectrum = spectra(noisy)
    features = (jnp.log2(band_powers(spectrum) + frontend.EPSILON) - mean) / deviation
    gains, cell = forward(parameters, features)
    gain = si_sdr_db(synthesize(spectrum, gains), clean) - si_sdr_db(noisy, clean)
    value = loss(parameters, noisy, clean, mean, deviation, kind)
    return value, jnp.mean(gain), jnp.max(jnp.abs(cell))
