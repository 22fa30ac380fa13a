"""Synthetic noise, one function a kind; each draws its own parameters from the given generator.

Every function takes (rng, count) and returns float64 [count] of any level; mixing sets the level.
Which kinds are trained on and which are kept for the test is declared at the end.
"""

import numpy as np
from scipy.signal import butter, lfilter, sosfilt

RATE = 16000


def _shaped(rng, count, power_of_frequency):
    """Gaussian noise whose power falls with frequency as f ** -power_of_frequency, above 30 Hz."""
    spectrum = np.fft.rfft(rng.standard_normal(count))
    hz = np.maximum(np.fft.rfftfreq(count, 1.0 / RATE), 30.0)
    return np.fft.irfft(spectrum * hz ** (-power_of_frequency / 2.0), count)


def _unit(x):
    return x / (np.sqrt(np.mean(x * x)) + 1e-12)


def _band(rng, count, low, high):
    sos = butter(2, [low, min(high, 7800.0)], "bandpass", fs=RATE, output="sos")
    return _unit(sosfilt(sos, rng.standard_normal(count)))


def _slow(rng, count, hz):
    """Unit-variance random curve that moves at about `hz`."""
    knots = rng.standard_normal(int(count / RATE * hz * 2) + 4)
    return np.interp(np.linspace(0, len(knots) - 1, count), np.arange(len(knots)), knots)


def white(rng, count):
    return rng.standard_normal(count)


def pink(rng, count):
    return _shaped(rng, count, rng.uniform(0.8, 1.2))


def brown(rng, count):
    return _shaped(rng, count, rng.uniform(1.7, 2.2))


def hum(rng, count):
    t = np.arange(count) / RATE
    base = rng.choice([50.0, 60.0, 100.0, 120.0]) * rng.uniform(0.99, 1.01)
    fall = rng.uniform(0.5, 1.8)
    out = np.zeros(count)
    for k in range(1, int(rng.integers(8, 40))):
        strength = k**-fall * rng.uniform(0.2, 1.0)
        out += strength * np.sin(2 * np.pi * (base * k * t + rng.uniform()))
    return _unit(out) + rng.uniform(0.03, 0.3) * _unit(_shaped(rng, count, 1.0))


def fan(rng, count):
    t = np.arange(count) / RATE
    air = _unit(_shaped(rng, count, rng.uniform(1.0, 1.8)))
    if rng.uniform() < 0.5:
        air += rng.uniform(0.2, 0.8) * _band(rng, count, 400, rng.uniform(1500, 4000))
    blade = rng.uniform(40, 250)
    phase = blade * t + 0.1 * np.cumsum(_slow(rng, count, 1.0)) / RATE
    air *= 1.0 + rng.uniform(0.0, 0.4) * np.sin(2 * np.pi * phase)
    for k in range(1, 6):
        air += rng.uniform(0.0, 0.5) / k * np.sin(2 * np.pi * (k * phase + rng.uniform()))
    return air


def wobble(rng, count):
    out = np.zeros(count)
    for _ in range(int(rng.integers(2, 6))):
        low = np.exp(rng.uniform(np.log(80), np.log(4500)))
        band = _band(rng, count, low, low * rng.uniform(1.3, 2.5))
        out += band * 10 ** (rng.uniform(3, 9) * _slow(rng, count, rng.uniform(0.5, 6)) / 20)
    return _unit(out) + rng.uniform(0.02, 0.2) * _unit(_shaped(rng, count, 1.0))


def crackle(rng, count):
    impulses = np.zeros(count)
    events = rng.poisson(rng.uniform(5, 120) * count / RATE)
    at = rng.integers(0, count, events)
    impulses[at] += rng.standard_normal(events) * np.exp(rng.normal(0, 0.7, events))
    ring = rng.uniform(0.6, 0.97)
    angle = 2 * np.pi * np.exp(rng.uniform(np.log(300), np.log(5000))) / RATE
    out = lfilter([1.0], [1.0, -2 * ring * np.cos(angle), ring * ring], impulses)
    return _unit(out) + rng.uniform(0.05, 0.3) * _unit(_shaped(rng, count, rng.uniform(0, 1)))


def keyboard(rng, count):
    out = np.zeros(count)
    at = rng.uniform(0.0, 0.2)
    while at < count / RATE - 0.12:
        for delay, loud in ((0.0, 1.0), (rng.uniform(0.06, 0.11), rng.uniform(0.3, 0.6))):
            start = int((at + delay) * RATE)
            length = min(int(RATE * rng.uniform(0.006, 0.03)), count - start)
            if length < 40:
                continue
            burst = rng.standard_normal(length) * np.exp(-np.arange(length) / (0.25 * length))
            low = rng.uniform(300, 1500)
            sos = butter(1, [low, low * rng.uniform(2, 5)], "bandpass", fs=RATE, output="sos")
            out[start : start + length] += loud * rng.uniform(0.5, 1.5) * sosfilt(sos, burst)
        at += rng.gamma(4.0, 0.045) + (rng.uniform(0.2, 0.6) if rng.uniform() < 0.08 else 0.0)
    return _unit(out) + 0.08 * _unit(_shaped(rng, count, 1.2))


def rain(rng, count):
    hiss = _unit(_band(rng, count, 800, 7500) + 0.4 * _unit(_shaped(rng, count, 0.8)))
    drops = np.zeros(count)
    events = rng.poisson(rng.uniform(150, 500) * count / RATE)
    drops[rng.integers(0, count, events)] = np.exp(rng.normal(0, 0.9, events))
    sos = butter(2, [rng.uniform(900, 1500), rng.uniform(3500, 6500)], "bandpass", fs=RATE,
                 output="sos")
    return hiss * (1 + 0.2 * _slow(rng, count, 1.0)) + rng.uniform(0.6, 1.4) * _unit(
        sosfilt(sos, drops))


def siren(rng, count):
    t = np.arange(count) / RATE
    sweep = np.sin(2 * np.pi * (rng.choice([0.25, 0.5, 3.5]) * t + rng.uniform()))
    hz = rng.uniform(700, 1000) + rng.uniform(250, 450) * sweep
    phase = np.cumsum(hz) / RATE
    tone = sum(k**-1.2 * np.sin(2 * np.pi * k * phase) for k in range(1, 6))
    return _unit(tone) * (1 + 0.2 * _slow(rng, count, 1.0)) + 0.2 * _unit(_shaped(rng, count, 1.2))


def traffic(rng, count):
    t = np.arange(count) / RATE
    out = 0.5 * _unit(_shaped(rng, count, 1.6))
    for _ in range(int(rng.integers(2, 5))):
        centre, width = rng.uniform(0, count / RATE), rng.uniform(0.5, 1.6)
        near = 1.0 / (1.0 + ((t - centre) / width) ** 2)
        tyres = _band(rng, count, rng.uniform(150, 500), rng.uniform(1500, 3500))
        phase = np.cumsum(rng.uniform(35, 90) * (1.0 - 0.05 * np.tanh(t - centre))) / RATE
        engine = sum(k**-0.9 * np.sin(2 * np.pi * (k * phase + rng.uniform()))
                     for k in range(1, 12))
        out += near * (rng.uniform(0.5, 1.2) * tyres + rng.uniform(0.4, 1.0) * _unit(engine))
    return out


def babble(rng, count, utterances):
    """Six to nine voices, each random ones of `utterances` (float arrays) strung together."""
    out = np.zeros(count)
    for _ in range(int(rng.integers(6, 10))):
        voice, filled = np.zeros(count), -int(rng.integers(0, RATE))
        while filled < count:
            piece = utterances[int(rng.integers(len(utterances)))]
            start, stop = max(filled, 0), min(filled + len(piece), count)
            if stop > start:
                voice[start:stop] = piece[start - filled : stop - filled]
            filled += len(piece) + int(rng.integers(800, 4800))
        out += _unit(voice) * 10 ** (rng.uniform(-4, 4) / 20)
    return out


TRAINED = {"white": white, "pink": pink, "brown": brown, "hum": hum, "fan": fan,
           "wobble": wobble, "crackle": crackle}
HELD_OUT = {"keyboard": keyboard, "rain": rain, "siren": siren, "traffic": traffic}
# "babble" and "music" are trained on too; the test has "other-babble" and "other-music".
