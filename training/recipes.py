"""The four shipped models: size, loss, steps, and the audio each is trained on."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Recipe:
    name: str
    hidden: int
    loss: str  # "mask", "blend" or "strong-blend", see network.SI_SDR_WEIGHTS
    steps: int
    snr_db: tuple[float, float]  # drawn uniformly for training
    dev_snrs_db: tuple[float, ...]
    choose_by: str  # "gain": highest SI-SDR gain on dev; "loss": lowest loss on dev


FIELD = ((-8.0, 20.0), (-6.0, -3.0, 0.0, 3.0, 6.0, 9.0, 12.0))
# Nearly clean audio leaves little SI-SDR to gain: the loss tells checkpoints apart better.
CLEAN = ((20.0, 40.0), (20.0, 25.0, 30.0, 35.0, 40.0))

RECIPES = {recipe.name: recipe for recipe in (
    Recipe("hearable", 64, "strong-blend", 10000, *FIELD, "gain"),
    Recipe("hearable-32", 32, "strong-blend", 10000, *FIELD, "gain"),
    Recipe("hearable-clean", 64, "mask", 2500, *CLEAN, "loss"),
    Recipe("hearable-96", 96, "strong-blend", 10000, *FIELD, "gain"),
)}
