/**
 * Decides what one line of a LoadGen log says: the detail log's entries, the summary's rows, the trace's samples.
 * Putting lines together is left to loadgen-log.ts.
 *
 * Source: mlcommons/inference, loadgen/logging.h and results.cc.
 */

/** An entry of the detail log or a row of the summary; the value as it stands, texts without their quotes. */
export interface LogEntry {
  readonly key: string;
  readonly value: string;
  /** LoadGen met an error and says so in the value. */
  readonly error: boolean;
}

const ENTRY = /^:::MLLOG \{"key": "([\w.]{1,80})", "value": (.*?), "time_ms": /;
const ERROR = '"is_error": true';
/** [characters] */
const LONGEST_VALUE = 1000;

/** An entry of the detail log; undefined for any other line. Lists and texts are kept as far as LONGEST_VALUE. */
export function detailEntry(line: string): LogEntry | undefined {
  const [, key, raw] = ENTRY.exec(line) ?? [];
  if (key === undefined || raw === undefined) return undefined;
  return { key, value: plainValue(raw).slice(0, LONGEST_VALUE), error: line.includes(ERROR) };
}

/** Seeds have 64 bits: numbers stay text. */
function plainValue(raw: string): string {
  if (!/^".*"$/.test(raw)) return raw;
  try {
    return String(JSON.parse(raw));
  } catch {
    // LoadGen does not escape what it quotes.
    return raw.slice(1, -1);
  }
}

const ROW = /^ {0,2}([\w. /()-]{2,60}?) *: (\S.{0,400})$/;
const STATISTIC = / \* Early stopping ([\d.]+)th percentile estimate: (\d{1,18})$/;

/** A row "Name : value" of the summary, or one of its early-stopping estimates. */
export function summaryRow(line: string): LogEntry | undefined {
  const [, percentile, estimate] = STATISTIC.exec(line) ?? [];
  if (percentile !== undefined && estimate !== undefined) {
    return { key: `estimate ${Number(percentile)}`, value: estimate, error: false };
  }
  const [, key, value] = ROW.exec(line) ?? [];
  if (key === undefined || value === undefined) return undefined;
  return { key: key.toLowerCase(), value: value.trim(), error: false };
}

/** One sample of the trace; times in nanoseconds. */
export interface TracedSample {
  readonly query: number;
  /** From the trace's origin. */
  readonly scheduledNs: number;
  readonly issueDelayNs: number;
  readonly latencyNs: number;
}

const SAMPLE =
  /^\{"name":"Sample",.*?"ph":"b",.*?"ts":(-?\d{1,15}\.\d{3}),"args":\{"sample_seq":\d{1,15},"query_seq":(\d{1,15}),"sample_idx":\d{1,15},"issue_start_ns":(-?\d{1,15}),"complete_ns":(\d{1,15})\}/;

export function tracedSample(line: string): TracedSample | undefined {
  const [, us, query, delay, latency] = SAMPLE.exec(line) ?? [];
  if (us === undefined) return undefined;
  return {
    query: Number(query),
    // Three decimals of a microsecond are whole nanoseconds.
    scheduledNs: Number(us.replace(".", "")),
    issueDelayNs: Number(delay),
    latencyNs: Number(latency),
  };
}
