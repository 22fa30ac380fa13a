"""Finds, decodes and trims the recordings of the unpacked packages; splits nothing."""

from pathlib import Path

import numpy as np

from wav import read_wav

VOICES = {"allison": ["en_US_f_Allison", "es_MX_f_Allison"], "june": ["fr_CA_f_June"],
          "carlo": ["it_IT_m_Carlo"], "ivrvoice-ru": ["ru_RU_f_IvrvoiceRU"]}
MUSIC = {"macroform": ["macroform-cold_day", "macroform-robot_dity", "macroform-the_simplicity"],
         "held-out": ["manolo_camp-morning_coffee", "reno_project-system"]}
NOT_SPEECH = ("beep", "ascending-2tone", "descending-2tone", "tt-monkeys.", "confbridge-join",
              "confbridge-leave.", "confbridge-begin-glorious")
TARGET_RMS = 0.06


def decode_g722(path: Path) -> np.ndarray:
    """float64 samples at 16 kHz, possibly none."""
    import av

    if path.stat().st_size < 400:
        return np.zeros(0)
    with av.open(str(path), format="g722") as container:
        parts = [frame.to_ndarray()[0] for frame in container.decode(audio=0)]
    return np.concatenate(parts).astype(np.float64) / 32768.0 if parts else np.zeros(0)


def trim(samples: np.ndarray) -> np.ndarray | None:
    """Cut silence at both ends and set the level; None where under 0.3 s of sound is left."""
    samples = samples - np.mean(samples) if len(samples) else samples
    frames = samples[: len(samples) // 320 * 320].reshape(-1, 320)
    if len(frames) < 15:
        return None
    level = 10 * np.log10(np.mean(frames**2, axis=1) + 1e-12)
    loud = np.flatnonzero(level > level.max() - 35.0)
    if level.max() < -60.0 or loud[-1] - loud[0] < 15:
        return None
    cut = samples[max(loud[0] - 3, 0) * 320 : (loud[-1] + 4) * 320]
    # Level over the loud frames only, so that a pause inside does not make the speech louder.
    cut = cut * TARGET_RMS / np.sqrt(np.mean(frames[loud] ** 2))
    return cut * min(1.0, 0.98 / np.max(np.abs(cut)))


def spoken_files(root: Path, speaker: str) -> list[tuple[str, np.ndarray]]:
    """(name, trimmed float samples) of every usable prompt of one speaker, in a fixed order."""
    sounds, found = root / "usr/share/asterisk/sounds", []
    for folder in VOICES[speaker]:
        for path in sorted((sounds / folder).rglob("*.g722")):
            if "silence" in path.parts or path.name.startswith(NOT_SPEECH):
                continue
            samples = trim(decode_g722(path))
            if samples is not None:
                found.append((path.relative_to(sounds).as_posix(), samples))
    return found


def testdata_files(root: Path, folder: str) -> list[tuple[str, np.ndarray]]:
    """The pocketsphinx test recordings: folder is librivox or cards, one speaker each."""
    found = []
    for path in sorted((root / "usr/share/pocketsphinx/test/data" / folder).glob("*.wav")):
        samples = trim(read_wav(path).astype(np.float64) / 32768.0)
        if samples is not None:
            found.append((f"{folder}/{path.name}", samples))
    return found


def music(root: Path, artist: str) -> list[np.ndarray]:
    return [decode_g722(root / "usr/share/asterisk/moh" / f"{name}.g722") for name in MUSIC[artist]]
