/**
 * Decides when samples finish that are served first come, first served, by a number of equal servers.
 * When they arrive is left to the scenarios.
 */

/** The times at which each server becomes free [ns], as a heap with the earliest on top. */
export class ServerPool {
  readonly #freeNs: Float64Array;

  constructor(servers: number) {
    this.#freeNs = new Float64Array(servers);
  }

  /**
   * Serves `count` samples in order; `times` holds their arrivals, ascending, and becomes their latencies [ns].
   * @param services one service time a sample [ns]
   */
  serve(times: Float64Array, services: Float64Array, count: number): void {
    if (this.#freeNs.length === 1) this.#serveAlone(times, services, count);
    else this.#serveTogether(times, services, count);
  }

  /** Every server is free at `timeNs`. */
  restart(timeNs: number): void {
    this.#freeNs.fill(timeNs);
  }

  /** Lindley's recursion: waiting = max(0, latency before - gap). Half of x + |x| is that maximum without a branch. */
  #serveAlone(times: Float64Array, services: Float64Array, count: number): void {
    let beforeNs = times[0] as number;
    let latencyNs = (this.#freeNs[0] as number) - beforeNs;
    for (let index = 0; index < count; index++) {
      const arrivalNs = times[index] as number;
      const leftNs = latencyNs - (arrivalNs - beforeNs);
      latencyNs = (leftNs + Math.abs(leftNs)) * 0.5 + (services[index] as number);
      beforeNs = arrivalNs;
      times[index] = latencyNs;
    }
    this.#freeNs[0] = beforeNs + latencyNs;
  }

  #serveTogether(times: Float64Array, services: Float64Array, count: number): void {
    const freeNs = this.#freeNs;
    for (let index = 0; index < count; index++) {
      const arrivalNs = times[index] as number;
      const startNs = Math.max(arrivalNs, freeNs[0] as number);
      const doneNs = startNs + (services[index] as number);
      replaceTop(freeNs, doneNs);
      times[index] = doneNs - arrivalNs;
    }
  }
}

/** Puts `value` into a heap in place of its least element. */
function replaceTop(heap: Float64Array, value: number): void {
  let hole = 0;
  for (;;) {
    let child = 2 * hole + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && (heap[child + 1] as number) < (heap[child] as number)) child++;
    if ((heap[child] as number) >= value) break;
    heap[hole] = heap[child] as number;
    hole = child;
  }
  heap[hole] = value;
}
