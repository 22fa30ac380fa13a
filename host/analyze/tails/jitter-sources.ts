/**
 * Decides what makes frames late: five sources, each with its sliders, their defaults and what they add to a frame.
 * Laying frames out in time is left to jitter.ts, finding a source again in a trace to causes.ts.
 */
import type { Random } from "../statistics/random.ts";

export type SourceName = "interrupts" | "evictions" | "radio" | "load" | "switches";

/** One value that can be slid. */
export interface Slider {
  readonly unit: "1/s" | "us" | "ms" | "s" | "1";
  readonly meaning: string;
  readonly value: number;
}

export interface SourceFacts {
  /** As sentences call it. */
  readonly words: string;
  readonly where: "device" | "host";
  readonly sliders: Readonly<Record<string, Slider>>;
}

const NS_PER_S = 1e9;
const NS_PER_US = 1e3;

function slider(unit: Slider["unit"], value: number, meaning: string): Slider {
  return { unit, meaning, value };
}

/** The sources with the values their sliders stand at. */
export const JITTER_SOURCES = {
  interrupts: {
    words: "interrupts",
    where: "device",
    sliders: {
      rate: slider("1/s", 31, "how often the timer fires"),
      length: slider("us", 300, "time each takes"),
    },
  },
  evictions: {
    words: "cache evictions",
    where: "device",
    sliders: {
      probability: slider("1", 0.01, "chance of each frame to find its weights gone"),
      length: slider("us", 200, "time to load them again"),
    },
  },
  radio: {
    words: "radio",
    where: "device",
    sliders: {
      rate: slider("1/s", 0.5, "bursts, at random times"),
      length: slider("ms", 80, "length of a burst"),
      share: slider("1", 0.3, "of the processor, while it lasts"),
    },
  },
  load: {
    words: "background load",
    where: "host",
    sliders: {
      share: slider("1", 0.3, "of the processor, at most"),
      length: slider("s", 5, "time over which it comes and goes"),
    },
  },
  switches: {
    words: "context switches",
    where: "host",
    sliders: {
      rate: slider("1/s", 5, "at random times"),
      length: slider("ms", 3, "until the frame goes on, on average"),
    },
  },
} as const satisfies Readonly<Record<SourceName, SourceFacts>>;

export const SOURCE_NAMES = Object.keys(JITTER_SOURCES) as readonly SourceName[];

/** What a frame takes longer [ns]. Frames come in their order. */
export type Delay = (startNs: number, durationNs: number) => number;

/** A source at work; `values` are those of its sliders, in their units. */
export function delayOf(
  name: SourceName,
  values: Readonly<Record<string, number>>,
  random: Random,
): Delay {
  const { rate = 0, length = 0, probability = 0, share = 0 } = values;
  switch (name) {
    case "interrupts":
      return periodic(NS_PER_S / rate, length * NS_PER_US, random);
    case "evictions": {
      const lengthNs = length * NS_PER_US;
      return () => (random.uniform() < probability ? lengthNs : 0);
    }
    case "radio":
      return bursts(rate, length * 1e6, share, random);
    case "load":
      return drifting(share, length * NS_PER_S, random);
    case "switches":
      return switches(rate, length * 1e6, random);
  }
}

/** Every `periodNs` from a random phase on. */
function periodic(periodNs: number, lengthNs: number, random: Random): Delay {
  const phase = random.uniform() * periodNs;
  const before = (ns: number) => Math.floor((ns - phase) / periodNs);
  return (start, duration) => (before(start + duration) - before(start)) * lengthNs;
}

/** Bursts that leave a frame only a part of the processor while both last. */
function bursts(rate: number, lengthNs: number, share: number, random: Random): Delay {
  const gap = () => random.exponential(NS_PER_S / rate);
  let from = gap();
  return (start, duration) => {
    while (from + lengthNs <= start) from += lengthNs + gap();
    const overlap = Math.min(start + duration, from + lengthNs) - Math.max(start, from);
    return overlap > 0 ? (overlap * share) / (1 - share) : 0;
  };
}

/** Load that wanders between 0 and `share`: an Ornstein-Uhlenbeck process, squashed. */
function drifting(share: number, lengthNs: number, random: Random): Delay {
  let level = random.normal();
  let last = 0;
  return (start, duration) => {
    const kept = Math.exp((last - start) / lengthNs);
    level = kept * level + Math.sqrt(1 - kept * kept) * random.normal();
    last = start;
    const taken = (share * (1 + Math.tanh(level))) / 2;
    return (duration * taken) / (1 - taken);
  };
}

/** Somebody else's turns, each of exponential length. */
function switches(rate: number, meanNs: number, random: Random): Delay {
  const gap = () => random.exponential(NS_PER_S / rate);
  let next = gap();
  return (start, duration) => {
    let delay = 0;
    while (next < start + duration) {
      if (next >= start) delay += random.exponential(meanNs);
      next += gap();
    }
    return delay;
  };
}
