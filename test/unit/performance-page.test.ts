/** A page of all boards takes the rows of those that were measured anew, and nothing else. */
import { expect, test } from "vitest";
import { mergePage } from "../../scripts/performance/merge.ts";

const OLD = `# Page

Text.

## LSTM, int8

| board | ours |
|---|---|
| \`qemu-m4\` | 1 |
| \`qemu-m7\` | 2 |

By the rule simple-m4 (zero wait states) \`qemu-m4\` takes 3.

## Fusion

| \`qemu-m4\` | lstm | int8 | 4 |
| \`qemu-m4\` | lstm | int16x8 | 5 |

## Other

| \`qemu-m4\` | 6 |

## Why

- \`rows\`: a reason

## End`;

const FRESH = `# Page

## LSTM, int8

| \`qemu-m4\` | 10 |

By the rule simple-m4 (zero wait states) \`qemu-m4\` takes 30.

## Fusion

| \`qemu-m4\` | lstm | int8 | 40 |

## Why

- \`rows\`: a reason
- \`pairs\`: another`;

const MEASURED = { boards: new Set(["qemu-m4"]), otherFormats: new Set(["int16x8", "float32"]) };

test("rows of the board and format change, new reasons come behind the old ones", () => {
  const merged = mergePage(OLD, FRESH, MEASURED);
  expect(merged).toBe(
    OLD.replace("| 1 |", "| 10 |")
      .replace("takes 3.", "takes 30.")
      .replace("| 4 |", "| 40 |")
      .replace("a reason\n", "a reason\n- `pairs`: another\n"),
  );
});

test("a page of other rows is refused", () => {
  const fresh = FRESH.replace("| `qemu-m4` | 10 |", "");
  expect(() => mergePage(OLD, fresh, MEASURED)).toThrow(RangeError);
});
