"""Renders the synthetic voices with the eSpeak NG library of a pinned wheel; picks no text."""

import ctypes

import numpy as np
from scipy.signal import resample_poly

from errors import SOMETHING_MISSING, TrainingError
from sentences import SENTENCES, VARIANTS

SYNCHRONOUS = 2
RATE, PITCH = 1, 3
UTF8 = 1
RANDOM_SEED = 1


def _load():
    import espeakng_loader

    library = ctypes.CDLL(espeakng_loader.get_library_path())
    rate = library.espeak_Initialize(SYNCHRONOUS, 0, espeakng_loader.get_data_path().encode(), 0)
    if rate <= 0:
        raise TrainingError("eSpeak NG did not start", f"espeak_Initialize returned {rate}",
                            "remove training/.venv and run again", SOMETHING_MISSING)
    library.espeak_ng_SetRandSeed(RANDOM_SEED)  # breathy variants mix in noise
    return library, rate


def render_variants() -> dict[str, list[np.ndarray]]:
    """Each variant speaks the sentences of three languages: {variant: [float 16 kHz]}."""
    library, rate = _load()
    chunks: list[np.ndarray] = []
    callback_type = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int,
                                     ctypes.c_void_p)

    def collect(samples, count, _events):
        if count > 0:
            chunks.append(np.ctypeslib.as_array(samples, (count,)).copy())
        return 0

    callback = callback_type(collect)  # kept alive until the last call below
    library.espeak_SetSynthCallback(callback)
    languages = sorted(SENTENCES)
    spoken: dict[str, list[np.ndarray]] = {}
    for index, variant in enumerate(VARIANTS):
        spoken[variant] = []
        for turn in range(3):
            language = languages[(index + 5 * turn) % len(languages)]
            if library.espeak_SetVoiceByName(f"{language}+{variant}".encode()) != 0:
                raise TrainingError(f"eSpeak NG has no voice {language}+{variant}",
                                    "the wheel's voice data differs from the pinned version",
                                    "remove training/.venv and run again", SOMETHING_MISSING)
            library.espeak_SetParameter(RATE, 150 + 8 * (index % 6), 0)
            library.espeak_SetParameter(PITCH, 40 + 4 * (index % 7), 0)
            for sentence in SENTENCES[language]:
                chunks.clear()
                text = sentence.encode("utf-8")
                library.espeak_Synth(text, len(text) + 1, 0, 1, 0, UTF8, None, None)
                library.espeak_Synchronize()
                audio = np.concatenate(chunks).astype(np.float64) / 32768.0
                spoken[variant].append(resample_poly(audio, 16000 // 50, rate // 50))
    return spoken
