// One thread of a bandwidth measurement: passes over arrays of its own, started together with the other threads.
import { parentPort, workerData } from "node:worker_threads";

const { module, arrayBytes, turns, passes, seconds, threads, thread, gate, times } = workerData;
const PAGE_BYTES = 65_536;
const SCALE = 3;
const STOP = 2;

const memory = new WebAssembly.Memory({ initial: Math.ceil((3 * arrayBytes) / PAGE_BYTES) });
const { instance } = await WebAssembly.instantiate(module, { env: { memory } });
const { triad } = instance.exports;
const [a, b, c] = [0, 1, 2].map(
  (index) => new Float64Array(memory.buffer, index * arrayBytes, arrayBytes / 8),
);
a.fill(0);
b.fill(1);
c.fill(2);

/** All threads arrive before any goes on. */
function meet() {
  const round = Atomics.load(gate, 1);
  if (Atomics.add(gate, 0, 1) === threads - 1) {
    Atomics.store(gate, 0, 0);
    Atomics.add(gate, 1, 1);
    Atomics.notify(gate, 1);
    return;
  }
  while (Atomics.load(gate, 1) === round) Atomics.wait(gate, 1, round);
}

/** The fastest pass [s], from the first thread's start to the last one's end; the first pass only warms up. */
function fastest(work) {
  let best = Number.POSITIVE_INFINITY;
  const begin = process.hrtime.bigint();
  for (let pass = 0; ; pass++) {
    meet();
    times[2 * thread] = process.hrtime.bigint();
    for (let turn = 0; turn < turns; turn++) work();
    times[2 * thread + 1] = process.hrtime.bigint();
    meet();
    if (pass > 0) best = Math.min(best, wall());
    if (thread === 0) {
      const late = Number(process.hrtime.bigint() - begin) / 1e9 >= seconds;
      Atomics.store(gate, STOP, pass === passes || (late && pass > 0) ? 1 : 0);
    }
    meet();
    if (Atomics.load(gate, STOP) === 1) return best;
  }
}

function wall() {
  let [start, end] = times;
  for (let other = 1; other < threads; other++) {
    if (times[2 * other] < start) start = times[2 * other];
    if (times[2 * other + 1] > end) end = times[2 * other + 1];
  }
  return Number(end - start) / 1e9;
}

const triadSeconds = fastest(() => triad(0, arrayBytes, 2 * arrayBytes, arrayBytes, SCALE));
// b = 1 and c = 2 give 7 everywhere.
if (a[0] !== 7 || a.at(-1) !== 7) throw new Error("the triad computed something else");
const copySeconds = fastest(() => a.set(b));
parentPort.postMessage({ triadSeconds, copySeconds });
