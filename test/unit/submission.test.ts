/** A submission: whole or refused, and what differs between two documents; whole runs are in e2e/run.test.ts. */
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { Submission } from "../../host/workflow/submission.ts";
import { differences, packSubmission, unpackSubmission } from "../../host/workflow/submission.ts";

const small: Submission = {
  schema: 1,
  toolVersion: "0.1.0",
  board: "qemu-m4",
  as: null,
  model: { name: "toy", digest: "00ff" },
  firmwareSha256: null,
  captureSha256: createHash("sha256").update("abc").digest("hex"),
  document: { cycles: { median: 5 } },
  capture: "YWJj",
};

const bytesOf = (submission: Submission) => Buffer.from(packSubmission(submission));

describe("the file", () => {
  test("reads back as it was", () => {
    expect(unpackSubmission(bytesOf(small), "toy")).toEqual(small);
  });

  test("every changed byte is found, every bit of it", () => {
    const bytes = bytesOf(small);
    for (const index of bytes.keys()) {
      for (let bit = 0; bit < 8; bit++) {
        const changed = Buffer.from(bytes);
        changed[index] = (changed[index] ?? 0) ^ (1 << bit);
        expect(() => unpackSubmission(changed, "toy"), `byte ${index} bit ${bit}`).toThrow(
          "TP-USE-450",
        );
      }
    }
  });

  test("cut off, longer, empty, or the same JSON written otherwise", () => {
    const bytes = bytesOf(small);
    for (let length = 0; length < bytes.length; length++) {
      expect(() => unpackSubmission(bytes.subarray(0, length), "toy")).toThrow("TP-USE-450");
    }
    expect(() => unpackSubmission(Buffer.concat([bytes, Buffer.from("\n")]), "toy")).toThrow();
    const body = JSON.stringify(small);
    const digest = createHash("sha256").update(`${body}\n`).digest("hex");
    expect(() => unpackSubmission(Buffer.from(`${body}\nsha256 ${digest}\n`), "toy")).toThrow(
      "not written as this program writes it",
    );
  });

  test("a recording that was swapped, digest of the file made anew", () => {
    expect(() => unpackSubmission(bytesOf({ ...small, capture: "YWJk" }), "toy")).toThrow(
      "its recording has another digest",
    );
  });
});

test("differences name the field and both values", () => {
  const before = { a: { b: [1, 2] }, c: null };
  expect(differences(before, { a: { b: [1, 3] }, c: null }, 10)).toEqual(["a.b.1: 2, now 3"]);
  expect(differences(before, { a: { b: [1] }, c: 0 }, 10)).toEqual([
    "a.b.1: 2, now absent",
    "c: null, now 0",
  ]);
  expect(differences({ x: 1, y: 1, z: 1 }, {}, 2)).toHaveLength(2);
});
