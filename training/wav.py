"""16 kHz mono int16 WAV files, read strictly and written deterministically."""

import io
import wave
from pathlib import Path

import numpy as np

from errors import TrainingError
from files import write_bytes

SAMPLE_RATE_HZ = 16000


def read_wav(path: Path) -> np.ndarray:
    """int16 samples. Refuses other sample rates, channel counts and sample widths."""
    try:
        with wave.open(str(path), "rb") as f:
            rate, channels, width = f.getframerate(), f.getnchannels(), f.getsampwidth()
            raw = f.readframes(f.getnframes())
    except (wave.Error, EOFError) as error:
        raise TrainingError(f"{path} is not a PCM WAV file", str(error) or "the file ends early",
                            "convert it to 16 kHz, mono, 16 bit PCM WAV") from error
    if (rate, channels, width) != (SAMPLE_RATE_HZ, 1, 2):
        raise TrainingError(
            f"{path} is {rate} Hz, {channels} channel(s), {8 * width} bit",
            "the front end is defined for 16000 Hz, one channel, 16 bit; resampling here would hide"
            " what the microphone delivered",
            "convert it, for example: ffmpeg -i IN -ar 16000 -ac 1 -c:a pcm_s16le OUT.wav")
    return np.frombuffer(raw[: len(raw) // 2 * 2], dtype="<i2").copy()


def write_wav(path: Path, samples: np.ndarray) -> None:
    """samples int16 [N]."""
    if samples.dtype != np.int16:
        raise TypeError("write_wav takes int16 samples")
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as f:
        f.setnchannels(1)
        f.setsampwidth(2)
        f.setframerate(SAMPLE_RATE_HZ)
        f.writeframes(samples.astype("<i2").tobytes())
    write_bytes(path, buffer.getvalue())
