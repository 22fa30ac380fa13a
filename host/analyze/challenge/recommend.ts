/**
 * Decides what a challenge advises for production, each advice with the numbers behind it.
 * The numbers are left to the modules beside this one.
 */
import { requireFiniteIn } from "../number-limits.ts";
import { digits } from "../wording.ts";
import type { ChallengeFacts } from "./document.ts";
import type { Ablation, ChallengeVerdict } from "./effects.ts";
import type { Measurement } from "./measurement.ts";
import { variantName } from "./variant.ts";

interface Found extends ChallengeFacts {
  readonly ablation: readonly Ablation[];
  readonly verdict: ChallengeVerdict;
}

/** Slower by so much is a fair price for a smaller program. */
const SMALLER_MAY_COST = 0.05;
/** Share of flash that must go for a slower build to be worth a word. */
const WORTH_SAVING = 0.01;

/** Efficiency of independent streams below which the cores cannot have been free. */
const WORTH_SHARING = 0.6;

/** What goes when the cost of a measurement does: "less time" where it has cycles. */
export function lessOf({ counters }: Measurement): string {
  return counters.cycles === null ? "fewer instructions" : "less time";
}

/** Sentences, the most important first. @throws AnalysisError TP-USE-242 */
export function recommend(found: Found): readonly string[] {
  requireFiniteIn("the challenge", found);
  return [
    production(found),
    mattersMost(found),
    smallerBuild(found),
    otherFormat(found),
    nextLimit(found),
    moreCores(found),
    confirm(found),
  ].filter((sentence) => sentence !== null);
}

function production({ baseline, optimised, verdict }: Found): string {
  const { measurement } = optimised;
  if (measurement.id === baseline.measurement.id) {
    return `Keep ${measurement.name}: no single change of what was tried makes it faster`;
  }
  const gained = `${percent(verdict.improvement)} ${lessOf(baseline.measurement)} than ${baseline.measurement.name}, by a factor of ${digits(verdict.speedUp)}`;
  return `Build with ${measurement.flags}: ${gained}, and all ${measurement.comparedValues} compared values equal the integer twin`;
}

function mattersMost({ ablation }: Found): string | null {
  const known = ablation
    .flatMap(({ removed, loss }) => (loss === null ? [] : [{ removed, loss }]))
    .sort((a, b) => b.loss - a.loss);
  const [most] = known;
  if (most === undefined) return null;
  const least = known.at(-1);
  const other =
    least === undefined || least === most
      ? ""
      : `; ${least.removed} matters least, ${percent(least.loss)}`;
  return `Never lose "${most.removed}": without it alone a frame takes ${percent(most.loss)} more${other}`;
}

function smallerBuild({ optimised, outcomes }: Found): string | null {
  const { measurement } = optimised;
  const { flashBytes } = measurement.memory;
  if (flashBytes === null) return null;
  const cost = measurement.counters.cost.value;
  const smaller = outcomes
    .filter((outcome): outcome is Measurement => outcome.state === "measured")
    .map((outcome) => ({
      outcome,
      saved: flashBytes - (outcome.memory.flashBytes ?? flashBytes),
      slower: outcome.counters.cost.value / cost - 1,
    }))
    .filter(({ saved, slower }) => saved >= WORTH_SAVING * flashBytes && slower <= SMALLER_MAY_COST)
    .sort((a, b) => b.saved - a.saved)[0];
  if (smaller === undefined) return null;
  const { outcome, saved, slower } = smaller;
  const price = slower > 0 ? `for ${percent(slower)} more` : "and is no slower";
  return `Where flash is short, ${variantName(outcome.variant)} saves ${saved} B ${price}`;
}

function otherFormat({ format, formats }: Found): string | null {
  const measured = formats.filter((result) => result.state === "measured");
  const own = measured.find((result) => result.format === format);
  const other = measured.find((result) => result.format !== format);
  if (own === undefined || other === undefined) return null;
  const ratio = other.optimisedCost.value / own.optimisedCost.value;
  const errors =
    own.maxFloatError === null || other.maxFloatError === null
      ? ""
      : `, its largest error against float64 is ${digits(other.maxFloatError)} instead of ${digits(own.maxFloatError)}`;
  return `${other.format} takes ${digits(ratio)} times the ${own.optimisedCost.unit}s of ${format}${errors}: choose it where that accuracy is heard`;
}

function nextLimit({ optimised }: Found): string {
  const { instructions, multiplyAccumulates, loads, ipc } = optimised.measurement.counters;
  const share = (value: number): string => percent(value / instructions.value);
  const parts = [
    ...(multiplyAccumulates === null
      ? []
      : [`${share(multiplyAccumulates.value)} of the instructions multiply and accumulate`]),
    `${share(loads.value)} load`,
    ...(ipc === null ? [] : [`${digits(ipc.value)} instructions are done a cycle`]),
  ];
  return `Next, look at what is left: ${parts.join(", ")}; only less work (a smaller hidden size, sparsity) or fewer loads help further`;
}

function moreCores({ scaling }: Found): string | null {
  const last = scaling.host?.rows.at(-1);
  if (last === undefined || last.threads < 2) return null;
  const { speedUp, efficiency } = last;
  if (efficiency.value < WORTH_SHARING) {
    return `Time the threads again on an idle computer: ${last.threads} were only ${digits(speedUp.value)} times as fast as one, which other programs on the same cores explain as well as the C does`;
  }
  return `Give each core streams of its own: on this computer ${last.threads} threads were ${digits(speedUp.value)} times as fast as one (efficiency ${percent(efficiency.value)}); a single stream has no second step to hand out before the first is done`;
}

function confirm({ optimised, board, model }: Found): string {
  const { cycles } = optimised.measurement.counters;
  const trust =
    cycles === null ? "it charges no cycles for them" : `the cycles it charges are ${cycles.kind}`;
  return `Confirm on a board before shipping: ${board} counts instructions exactly, but ${trust}; keep this run to compare later ones with it: pioneer challenge ${model.name} --board ${board} --out DIR, then pioneer compare DIR/optimised.tpcap NEW.tpcap`;
}

function percent(share: number): string {
  return `${digits(share * 100)} %`;
}
