"""Writes the short recordings that travel with the models: demonstration clips (held-out speakers
and noise) and calibration audio (training speakers and noise) for int8 quantization."""

from pathlib import Path

from corpus import Corpus
from files import write_json, write_text
from mixing import LEVEL_RMS, fixed_clip
from wav import write_wav

# speaker, noise kind, SNR [dB], seconds; chosen before any model was trained.
DEMONSTRATIONS = [("ivrvoice-ru", "traffic", 0, 3.5), ("ivrvoice-ru", "keyboard", 0, 3.5),
                  ("ivrvoice-ru", "fan", 0, 3.5), ("librivox", "rain", 0, 3.5),
                  ("librivox", "pink", 5, 3.5)]
# speaker, noise kind, SNR [dB], level against the usual one [dB]; 4 s each.
CALIBRATIONS = [("carlo", "fan", -5, 9), ("allison", "babble", 7, 0), ("june", "crackle", 20, -12)]
SHORT = {"ivrvoice-ru": "ru"}

CREDITS = {
    "ivrvoice-ru": "IvrvoiceRU (Maxim Topal, ivrvoice.ru), CC-BY-3.0; Debian package"
                   " asterisk-core-sounds-ru-g722",
    "librivox": "a LibriVox reading of Sense and Sensibility (Jane Austen), BSD-2-Clause as part"
                " of the CMU pocketsphinx test data; Debian package pocketsphinx-testdata",
    "allison": "Allison Smith, CC-BY-SA-3.0; Debian packages asterisk-core-sounds-en-g722 and"
               " -es-g722",
    "june": "June Wallack, CC-BY-SA-3.0; Debian package asterisk-core-sounds-fr-g722",
    "carlo": "Carlo Flora, CC-BY-3.0; Debian package asterisk-core-sounds-it-g722",
}

BSD = """The notice that the pocketsphinx test data asks to keep:

> Copyright (c) 1995-2014 Carnegie Mellon University. All rights reserved.
> Copyright (c) 2014-2015 Alpha Cephei Inc.
>
> Redistribution and use in source and binary forms, with or without modification, are permitted
> provided that the following conditions are met: 1. Redistributions of source code must retain the
> above copyright notice, this list of conditions and the following disclaimer. 2. Redistributions
> in binary form must reproduce the above copyright notice, this list of conditions and the
> following disclaimer in the documentation and/or other materials provided with the distribution.
>
> THIS SOFTWARE IS PROVIDED BY CARNEGIE MELLON UNIVERSITY "AS IS" AND ANY EXPRESSED OR IMPLIED
> WARRANTIES, INCLUDING, BUT NOT LIMITED TO, THE IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS
> FOR A PARTICULAR PURPOSE ARE DISCLAIMED. IN NO EVENT SHALL CARNEGIE MELLON UNIVERSITY NOR ITS
> EMPLOYEES BE LIABLE FOR ANY DIRECT, INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY, OR CONSEQUENTIAL
> DAMAGES (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR SERVICES; LOSS OF USE,
> DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER CAUSED AND ON ANY THEORY OF LIABILITY, WHETHER
> IN CONTRACT, STRICT LIABILITY, OR TORT (INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT
> OF THE USE OF THIS SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE."""


def _write_readme(folder: Path, title: str, text: list[str], rows: list[list[str]],
                  credits: list[str]) -> None:
    lines = [f"# {title}", "", *text, "", "| file | speaker | noise | SNR [dB] |",
             "|---|---|---|---|"]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    write_text(folder / "README.md", "\n".join([*lines, "", *credits]) + "\n")


def write_demonstrations(corpus: Corpus, folder: Path) -> None:
    wanted = DEMONSTRATIONS
    if corpus.name != "debian":
        speakers, kinds = sorted(corpus.test.speech), sorted(corpus.test.noise)
        wanted = [(speakers[i % len(speakers)], kinds[i % len(kinds)], (0, 0, 5)[i], 3.5)
                  for i in range(3)]
    rows, listed, used = [], [], []
    for index, (speaker, kind, snr_db, seconds) in enumerate(wanted):
        clip = fixed_clip(corpus.test, speaker, kind, [snr_db], [31, index], seconds, LEVEL_RMS)[0]
        stem = f"{SHORT.get(speaker, speaker)}-{kind}-{snr_db}db"
        if stem in used:
            stem += f"-{index}"
        used.append(stem)
        write_wav(folder / f"{stem}.noisy.wav", clip.noisy)
        write_wav(folder / f"{stem}.clean.wav", clip.clean)
        seen = kind in corpus.train.noise
        rows.append([f"{stem}.noisy.wav, {stem}.clean.wav", speaker,
                     kind + (" (kind trained on, new draw)" if seen else " (new kind)"),
                     str(snr_db)])
        listed.append({"noisy": f"{stem}.noisy.wav", "clean": f"{stem}.clean.wav",
                       "snrDb": snr_db, "speaker": speaker, "noise": kind, "seen": seen})
    write_json(folder / "manifest.json", {"clips": listed})
    text = ["Noisy and clean pairs, 16 kHz, mono, 16 bit. Speakers and noise recordings here were",
            "never trained on and chose no checkpoint. Written by training/shipped_audio.py."]
    _write_readme(folder, "Held-out clips to listen to and to test on", text, rows,
                  _credits(corpus, wanted))


def write_calibrations(corpus: Corpus, folder: Path) -> None:
    wanted = CALIBRATIONS
    if corpus.name != "debian":
        speakers, kinds = sorted(corpus.train.speech), sorted(corpus.train.noise)
        wanted = [(speakers[i % len(speakers)], kinds[i % len(kinds)], *at)
                  for i, at in enumerate([(-5, 9), (7, 0), (20, -12)])]
    rows = []
    for index, (speaker, kind, snr_db, level_db) in enumerate(wanted):
        rms = LEVEL_RMS * 10 ** (level_db / 20)
        clip = fixed_clip(corpus.train, speaker, kind, [snr_db], [32, index], 4.0, rms)[0]
        name = f"calibration-{index + 1}.wav"
        write_wav(folder / name, clip.noisy)
        rows.append([name, speaker, kind, str(snr_db)])
    text = ["Noisy recordings from which the int8 ranges are taken: training speakers and training",
            "noise at several SNRs and levels, 16 kHz, mono, 16 bit, 4 s each. Nothing held out is",
            "here. Written by training/shipped_audio.py."]
    _write_readme(folder, "Calibration audio", text, rows, _credits(corpus, wanted))


def _credits(corpus: Corpus, wanted: list[tuple]) -> list[str]:
    if corpus.name != "debian":
        return ["Speech and noise: your own recordings. Name their licence here before you share"
                " them."]
    lines = ["Licences and attribution (every clip was cut, levelled and mixed with noise):", ""]
    lines += [f"- {speaker}: {CREDITS[speaker]}" for speaker in sorted({w[0] for w in wanted})]
    lines += ["- noise: synthesized by training/noises.py"]
    if any(w[1] == "babble" for w in wanted):
        lines += ["- babble: made of the training voices (Allison Smith and June Wallack,"
                  " CC-BY-SA-3.0; Carlo Flora, CC-BY-3.0; eSpeak NG)"]
    if any(w[0] in ("librivox", "cards") for w in wanted):
        lines += ["", BSD]
    return lines
