/** Files larger than memory: a generated stream is imported while only a chunk of it exists. */
import { expect, test } from "vitest";
import { importStream } from "../../host/workflow/import.ts";

const MEBIBYTE = 2 ** 20;

/** Events of an onnxruntime profile, in chunks; the k-th run takes 10 + k mod 7 us. */
async function* profile(events: number): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  const padding = "x".repeat(400);
  yield encoder.encode("[");
  for (let first = 0; first < events; first += 1000) {
    let text = "";
    for (let k = first; k < Math.min(first + 1000, events); k++) {
      const comma = k === 0 ? "" : ",\n";
      text += `${comma}{"cat" : "Session","pid" :1,"tid" :1,"dur" :${10 + (k % 7)},"ts" :${k},"ph" : "X","name" :"model_run","args" : {"note" : "${padding}"}}`;
    }
    yield encoder.encode(text);
  }
  yield encoder.encode("]");
}

/** Rows of CSV, in chunks that end anywhere. */
async function* rows(count: number): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  yield encoder.encode("machine,workload,time [us]\n");
  for (let first = 0; first < count; first += 1000) {
    const lines = Array.from(
      { length: 1000 },
      (_, k) => `bo\u00e4rd,work,${1 + ((first + k) % 100)}\n`,
    );
    const bytes = encoder.encode(lines.join(""));
    yield bytes.subarray(0, 4097);
    yield bytes.subarray(4097);
  }
}

test("a profile of 70 MB takes no more memory than one of 7 MB", async () => {
  const peak = async (events: number) => {
    const before = process.memoryUsage().heapUsed;
    let most = 0;
    let bytes = 0;
    const [run] = await importStream(profile(events), "profile.json", (done) => {
      bytes = done;
      most = Math.max(most, process.memoryUsage().heapUsed - before);
    });
    return { run, most, bytes };
  };
  await peak(14_000);
  const { run, most, bytes } = await peak(140_000);
  expect(bytes).toBeGreaterThan(65 * MEBIBYTE);
  // The kept samples and what awaits collection; the text itself would be 140 MB in memory.
  expect(most).toBeLessThan(60 * MEBIBYTE);
  expect(run?.time).toMatchObject({ count: 140_000, min: 10e-6, max: 16e-6 });
  // Seven values, equally often: the middle one is 13 us.
  expect(Math.abs((run?.time?.p50 ?? 0) / 13e-6 - 1)).toBeLessThan(1.001e-3);
});

test("characters cut between chunks stay whole", async () => {
  const [record] = await importStream(rows(20_000), "times.csv");
  expect(record?.machine).toBe("boärd");
  expect(record?.time).toMatchObject({ count: 20_000, min: 1e-6, max: 100e-6 });
});

test("a redirect of a Windows shell, UTF-16, is read", async () => {
  const text = "\uFEFFmachine,workload,time [us]\nbox,work,5\n";
  const utf16 = new Uint8Array(Buffer.from(text, "utf16le"));
  const chunks = async function* () {
    yield utf16.subarray(0, 33);
    yield utf16.subarray(33);
  };
  const [record] = await importStream(chunks(), "times.csv");
  expect(record?.time).toMatchObject({ p50: 5e-6 });
});

test.each(["", "hello", "{}", '{"unknown": 1}', "a,b,c\n1,2,3\n", "\u0000\u0001\u0002"])(
  "%j is of no known format",
  async (text) => {
    const chunks = async function* () {
      yield new TextEncoder().encode(text);
    };
    await expect(importStream(chunks(), "odd")).rejects.toMatchObject({ code: "TP-USE-281" });
  },
);
