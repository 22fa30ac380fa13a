/**
 * What a formula is: typed inputs with units and ranges, an expression to read, a pure function, a source, an example.
 * Checking what a user gives is left to evaluate.ts, the formulas themselves to the files named after their themes.
 */

/** Numbers an input may take; both ends belong to it unless open. */
export interface Range {
  readonly min: number;
  readonly max: number;
  readonly minOpen?: true;
  readonly maxOpen?: true;
  readonly whole?: true;
}

export interface Input {
  /** "1" for a share or a count. */
  readonly unit: string;
  readonly meaning: string;
  readonly range: Range;
  /** Taken when the input is not given. */
  readonly default?: number;
}

/** An input of several values, each within the range. */
export interface ListInput extends Input {
  readonly list: true;
  /** Fewest values. */
  readonly atLeast: number;
}

export type NamedInput = (Input | ListInput) & { readonly name: string };

/** One number, or several where the input is a list. */
export type Value = number | readonly number[];
export type Values = Readonly<Record<string, Value>>;

/** What a worked example gives and must come to. */
export interface Example {
  readonly inputs: Values;
  readonly value: number;
  /** Largest distance from `value`, in the unit of the result: half of the last digit that the source prints. */
  readonly tolerance: number;
}

export interface Formula {
  /** kebab-case, unique. */
  readonly name: string;
  /** What the result is. */
  readonly meaning: string;
  readonly inputs: readonly NamedInput[];
  /** Unit of the result. */
  readonly unit: string;
  /**
   * The inputs by name with + - * / ^ and the functions min, max, sqrt, ln, log2, log10, exp, ceil, floor, of lists
   * sum, product, mean, sd (sample) and count, and harmonic(n) = 1 + 1/2 + ... + 1/n.
   */
  readonly expression: string;
  readonly source: string;
  readonly example: Example;
  /** Inputs complete and in range; @throws AnalysisError TP-USE-208 when they contradict each other. */
  compute(values: Values): number;
}

export interface Theme {
  readonly title: string;
  readonly formulas: readonly Formula[];
}

type InputValues<I> = {
  readonly [K in keyof I]: I[K] extends ListInput ? readonly number[] : number;
};

/** A formula whose `compute` is checked against the names of its inputs. */
export function formula<I extends Readonly<Record<string, Input | ListInput>>>(definition: {
  readonly name: string;
  readonly meaning: string;
  readonly inputs: I;
  readonly unit: string;
  readonly expression: string;
  readonly source: string;
  /** Inputs of the worked example; those left out have defaults. */
  readonly given: Partial<InputValues<I>>;
  /** What they come to, and how far from it the result may be. */
  readonly gives: readonly [value: number, tolerance: number];
  readonly compute: (inputs: InputValues<I>) => number;
}): Formula {
  const { inputs, given, gives, compute, ...rest } = definition;
  return {
    ...rest,
    inputs: Object.entries(inputs).map(([name, input]) => ({ name, ...input })),
    example: { inputs: given as Values, value: gives[0], tolerance: gives[1] },
    compute: (values) => compute(values as InputValues<I>),
  };
}
