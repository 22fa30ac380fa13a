"""Writes a model's card. Numbers stand between markers and come from the run and the sidecar; the
int8 block belongs to the program that measures the integer twin."""

import json
import os
import platform
from pathlib import Path

from files import write_text
from frontend import FFT_SIZE
from network import PEAK_RATE
from optimize import Trained
from recipes import RECIPES

HERE = Path(__file__).resolve().parent
WATTS_PER_CORE, KG_CO2_PER_KWH = 10.0, 0.4

WHAT = {
    "hearable": "The default denoiser.",
    "hearable-32": "The small denoiser: about a third of the work of `hearable`.",
    "hearable-96": "The large denoiser: about twice the work of `hearable`.",
    "hearable-clean": "A lesson, not a product: `hearable`'s network trained on nearly clean audio"
                      " (20 to 40 dB). It looks right on a clean bench and fails in noise.",
}

DEBIAN_DATA = """Speech trained on:

| source | voice | licence |
|---|---|---|
| asterisk-core-sounds-en-g722 and -es-g722 | Allison Smith | CC-BY-SA-3.0 |
| asterisk-core-sounds-fr-g722 | June Wallack | CC-BY-SA-3.0 |
| asterisk-core-sounds-it-g722 | Carlo Flora | CC-BY-3.0 |
| eSpeak NG, 27 variants, 12 languages | synthetic, own text | program GPL-3.0 |

Each also at 0.9 and 1.1 times the speed. Noise trained on: white, pink, brown, hum, fan, wobbling
bands, crackle (all synthesized), babble made of the training voices, and music by Macroform (Paul
Shuler), CC-BY-SA-3.0, from asterisk-moh-opsound-g722.

**Split.** Development: one prompt in twelve of each training speaker (by a hash of its name), three
eSpeak variants, the last eighth of each training piece of music, and new draws of the synthetic
noise. No gradient step sees it; it chooses the checkpoint. Test: speakers IvrvoiceRU (Maxim Topal,
CC-BY-3.0) and two from the pocketsphinx test data (BSD-2-Clause); new draws of the seven synthetic
kinds; and six kinds of noise never trained on: keyboard, rain, siren, traffic, babble of the test
speakers, music by Manolo Camp and Reno Project. It chose nothing."""

OWN_DATA = """Your own recordings, split by file into training, development and test. Name their
licences and the speakers' consent here before you share the model."""

LIMITS = """- Not for hearing aids or any medical use, not for surveillance or for finding out what
  someone said, not where safety depends on hearing a sound: it weakens sirens and alarms on
  purpose.
- With little noise a filter does harm: see the last rows of the first table above.
- One seed, one held-out set; differences below the interval's width mean nothing."""

DEBIAN_LIMITS = """- Three human training voices, one of them a man, all studio prompts in four
  languages; one professional Russian speaker and two others in the test. Nothing is known of
  children, elderly or pathological voices, other microphones, or rooms: no reverberation was
  trained on or measured.
- Noise is synthetic apart from music and babble; gains in real streets and offices will differ.
- Babble, music, sirens and fast-changing bands are the hardest kinds: voices are not told apart,
  and tones that move are taken for voices."""

OWN_LIMITS = """- Unless whole speakers were left out, the test heard speakers that were trained on:
  expect less from strangers, other rooms and other microphones."""


def _replace(text: str, name: str, body: str) -> str:
    begin, end = f"<!-- {name}:begin -->\n", f"<!-- {name}:end -->"
    head, rest = text.split(begin, 1)
    return head + begin + body.rstrip("\n") + "\n" + end + rest.split(end, 1)[1]


def _number(value) -> str:
    return "-" if value is None else f"{value:.2f}"


def results_text(sidecar: dict) -> str:
    """The held-out tables of a card, from the sidecar alone."""
    held = sidecar["heldOut"]
    lines = [f"Float ONNX, {held['clipsPerSnr']} clips of {held['secondsPerClip']} s at each SNR,"
             f" speakers {', '.join(held['speakers'])}.",
             "SI-SDR gain in dB over the whole clip, from zero state; interval: bootstrap over"
             " clips.", "",
             "| SNR [dB] | gain | 95 % interval | seen kinds of noise | new kinds | ideal 32-band"
             " mask | band accuracy | of an all-pass |",
             "|---|---|---|---|---|---|---|---|"]
    for snr, row in sorted(held["bySnrDb"].items(), key=lambda item: int(item[0])):
        lines.append(
            f"| {snr} | {_number(row['gainDb'])} | {row['lowDb']:.2f} to {row['highDb']:.2f} |"
            f" {_number(row['seenNoiseGainDb'])} | {_number(row['newNoiseGainDb'])} |"
            f" {_number(row['idealBandGainsDb'])} | {row['bandAccuracy']:.3f} |"
            f" {row['bandAccuracyAllPass']:.3f} |")
    lines += ["", "The ideal mask is sqrt(clean/noisy power) a band, applied to the same clips:"
              " what this front end could reach.",
              "Band accuracy: share of band-frames where gain and ideal mask lie on the same side of"
              " 0.5.", "",
              "| noise at 0 dB | kind | gain [dB] | ideal mask [dB] |", "|---|---|---|---|"]
    for kind, row in sorted(held["byNoiseAt0Db"].items(),
                            key=lambda item: (not item[1]["seen"], item[0])):
        lines.append(f"| {kind} | {'seen' if row['seen'] else 'new'} | {_number(row['gainDb'])} |"
                     f" {_number(row['idealBandGainsDb'])} |")
    return "\n".join(lines)


def begun_text(record: dict) -> list[str]:
    """What the run began with, where another run made it; times and carbon below are not of that one."""
    if "start" not in record:
        return []
    size = record.get("startFftSize")
    made = f", made by a run of their own with a transform of {size} points" if size else ""
    went_on = ("No step was trained on: mean and deviation of the features alone were measured anew,"
               " with this transform; time and carbon below are of that."
               if record["steps"] == 0 else
               "Steps, time and carbon below are those of the run that went on; mean and deviation"
               " of the features are its own.")
    return [f"- Begun with the weights of `{record['start']}`{made}. {went_on}"]


def training_text(trained: Trained) -> str:
    recipe, record = trained.recipe, trained.record
    parameters = sum(v.size for v in trained.parameters.values())
    hours = record["cpuSeconds"] / 3600
    grams = hours * WATTS_PER_CORE / 1000 * KG_CO2_PER_KWH * 1000
    chosen = ("highest SI-SDR gain" if recipe.choose_by == "gain" else "lowest loss")
    return "\n".join([
        f"- 32 features -> LSTM {recipe.hidden} -> dense 32 -> sigmoid gains: {parameters}"
        " parameters,"
        f" {4 * recipe.hidden * (32 + recipe.hidden) + 32 * recipe.hidden} MAC a frame of 10 ms.",
        *begun_text(record),
        f"- Loss `{record['loss']}`; AdamW, peak rate {record.get('peakRate', PEAK_RATE):g}, cosine;"
        f" a transform of {FFT_SIZE} points; {record['steps']} steps of 32 x"
        f" 2 s; seed {record['seed']}; SNR uniform in {recipe.snr_db[0]:g} to"
        f" {recipe.snr_db[1]:g} dB.",
        f"- Checkpoint: step {record['bestStep']}, the {chosen} on {record['devClips']} development"
        f" clips at {recipe.dev_snrs_db[0]:g} to {recipe.dev_snrs_db[-1]:g} dB, looked at every 250"
        " steps.",
        f"- Development SI-SDR gain at that step: {record['devGainDb']:.2f} dB; largest cell state"
        f" {record['devCellPeak']:.1f}.",
        f"- Time, measured: {record['wallSeconds']} s, {record['cpuSeconds']} s of processor time,"
        f" on {os.cpu_count()} {platform.machine()} cores shared with other work.",
        f"- Carbon, estimated from stated values ({WATTS_PER_CORE:g} W a busy core,"
        f" {KG_CO2_PER_KWH:g} kg CO2 a kWh): {grams:.1f} g, without the making of the computer."])


def what_of(trained: Trained) -> str:
    """What the model is; for one that is no recipe as it stands, where it comes from."""
    recipe, record = trained.recipe, trained.record
    if recipe.name in WHAT:
        return WHAT[recipe.name]
    origin = [*([f"begun with the weights of `{record['start']}`"] if "start" in record else []),
              *([f"taught by `{record['teacher']}`"] if "teacher" in record else [])]
    return f"A denoiser of {recipe.hidden} units{''.join(f', {text}' for text in origin)}."


def loss_choice_text(name: str) -> str:
    if name not in RECIPES:
        return "As the recipe that it is a variant of."
    if RECIPES[name].loss == "mask":
        return ("`mask`, taken from an earlier measurement of the same recipe and not compared:"
                " nearly clean audio leaves little SI-SDR to gain.")
    path = HERE / "loss-comparison.json"
    if not path.exists():
        return ("`blend`, from an earlier measurement of the same recipe; it was not compared again"
                " on this development split.")
    compared = json.loads(path.read_text())
    rows = [f"| {r['loss']} | {r['devGainDb']:.2f} | {r['bestStep']} |" for r in compared["runs"]]
    return "\n".join([f"Hidden {compared['hidden']}, {compared['steps']} steps each, seed"
                      f" {compared['seed']}, a transform of {compared['fftSize']} points, judged on the development split of the shipped corpus"
                      " only:", "", "| loss | development SI-SDR gain [dB] | step |",
                      "|---|---|---|", *rows])


def write_card(folder: Path, trained: Trained, sidecar: dict, corpus_name: str) -> None:
    name = trained.recipe.name
    own = corpus_name != "debian"
    text = f"""# {name}

{what_of(trained)}
Speech in noise, 16 kHz, one microphone: a gain for each of 32 bands every 10 ms.
Licence of the weights: {"yours to state" if own else "CC-BY-SA-4.0, see [LICENSE](LICENSE)"}.

## Data

{OWN_DATA if own else DEBIAN_DATA}

## Training

<!-- training:begin -->
<!-- training:end -->

Which loss:

<!-- loss:begin -->
<!-- loss:end -->

The recipe (front end, sizes, rates, mixing) is in training/README.md.

## Held-out results

<!-- heldout:begin -->
<!-- heldout:end -->

## The int8 twin

<!-- int8:begin -->
Not measured yet.
<!-- int8:end -->

## Limits, and what it must not be used for

{LIMITS}
{OWN_LIMITS if own else DEBIAN_LIMITS}
"""
    text = _replace(text, "training", training_text(trained))
    text = _replace(text, "loss", loss_choice_text(name))
    write_text(folder / f"{name}.md", _replace(text, "heldout", results_text(sidecar)))


def refresh_results(folder: Path, name: str, sidecar: dict) -> None:
    """Renew the held-out and loss blocks of an existing card; leaves every other line alone."""
    path = folder / f"{name}.md"
    if path.exists():
        text = _replace(path.read_text(), "heldout", results_text(sidecar))
        write_text(path, _replace(text, "loss", loss_choice_text(name)))
