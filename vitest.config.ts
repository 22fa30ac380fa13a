/**
 * Decides the levels of tests, where their files lie, how long they may take and how many run at once.
 * What a level needs (compilers, QEMU, a browser) and why one is skipped is left to the tests themselves.
 */
import { defineConfig } from "vitest/config";

const MINUTE_MS = 60_000;

export default defineConfig({
  test: {
    environment: "node",
    env: { ORT_DISABLE_TELEMETRY: "1" },
    // Every core: vitest would leave one to itself, of two that is half the time.
    maxWorkers: "100%",
    // A missing golden fails in CI; only a person may accept a new one.
    update: process.env.CI ? "none" : "new",
    projects: [
      {
        extends: true,
        test: { name: "unit", include: ["test/unit/**/*.test.ts"], testTimeout: 15_000 },
      },
      {
        extends: true,
        test: {
          name: "golden",
          include: ["test/golden/**/*.test.ts"],
          testTimeout: 2 * MINUTE_MS,
          hookTimeout: 2 * MINUTE_MS,
        },
      },
      {
        extends: true,
        test: {
          name: "fuzz",
          include: ["test/fuzz/**/*.test.ts"],
          testTimeout: 10 * MINUTE_MS,
        },
      },
      {
        extends: true,
        test: {
          name: "qemu",
          include: ["test/qemu/**/*.test.ts"],
          testTimeout: 5 * MINUTE_MS,
          hookTimeout: 5 * MINUTE_MS,
          // After the unit tests, some of which set this tree up anew: builds need it whole.
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: "hardware",
          include: ["test/hardware/**/*.test.ts"],
          testTimeout: MINUTE_MS,
          hookTimeout: 5 * MINUTE_MS,
          // There is one board.
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
      {
        extends: true,
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          testTimeout: 10 * MINUTE_MS,
          hookTimeout: 10 * MINUTE_MS,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
