"""The held-out set: the test split mixed at fixed SNRs, written as WAV pairs with a manifest."""

import json
from pathlib import Path

from corpus import Corpus
from files import write_json
from mixing import Clip, fixed_clip, test_plan
from wav import read_wav, write_wav

SEED = 41
WRITTEN_SNRS_DB = (-5, 0, 5, 10)
# Beyond what is written: where a denoiser has little left to do and can only harm.
QUIET_SNRS_DB = (20, 30, 40)


def held_out_clips(corpus: Corpus, snrs_db) -> list[Clip]:
    clips = []
    for index, (speaker, kind) in enumerate(test_plan(corpus)):
        clips += fixed_clip(corpus.test, speaker, kind, snrs_db, [SEED, index])
    return clips


def write_held_out(corpus: Corpus, folder: Path) -> Path:
    """Write the pairs once; returns the manifest's path. Same corpus, same bytes."""
    manifest = folder / "manifest.json"
    if manifest.exists():
        return manifest
    listed = []
    for index, clip in enumerate(held_out_clips(corpus, WRITTEN_SNRS_DB)):
        stem = (f"{index // len(WRITTEN_SNRS_DB):03d}-{clip.speaker}-{clip.noise}"
                f"-{clip.snr_db}db")
        write_wav(folder / f"{stem}.noisy.wav", clip.noisy)
        write_wav(folder / f"{stem}.clean.wav", clip.clean)
        listed.append({"noisy": f"{stem}.noisy.wav", "clean": f"{stem}.clean.wav",
                       "snrDb": clip.snr_db, "speaker": clip.speaker, "noise": clip.noise,
                       "seen": clip.noise in corpus.train.noise})
    write_json(manifest, {"clips": listed})
    return manifest


def read_held_out(manifest: Path) -> list[tuple[Clip, bool]]:
    """(clip, whether its noise kind was trained on), from the files a twin would read too."""
    read = []
    for entry in json.loads(manifest.read_text())["clips"]:
        clip = Clip(read_wav(manifest.parent / entry["noisy"]),
                    read_wav(manifest.parent / entry["clean"]), entry["snrDb"], entry["speaker"],
                    entry["noise"])
        read.append((clip, entry["seen"]))
    return read
