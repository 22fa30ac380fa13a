import { describe, expect, it } from "vitest";
import { renderHtml } from "../../host/report/html.ts";
import { reportInput } from "../../host/report/report-input.ts";
import { renderTerminal } from "../../host/report/terminal.ts";
import { facts } from "../golden/report/facts.ts";

describe("the report of a run", () => {
  it("shows the licence beside the model, escaped, and nothing without one", () => {
    const html = renderHtml(reportInput(facts, [], "CC-BY-SA-4.0\n<script>alert(1)</script>\n"));
    expect(html).toContain('<pre class="licence">CC-BY-SA-4.0\n&#60;script');
    expect(renderHtml(reportInput(facts))).not.toContain('class="licence"');
  });

  it.each([["/home/ada/secret project/run.tpcap"], ["C:\\Users\\ada\\run.tpcap"], ["run.tpcap"]])(
    "names the recording %s without its folder",
    (recording) => {
      const html = renderHtml(reportInput({ ...facts, files: { recording } }));
      expect(html).toContain("<code>run.tpcap</code>");
      expect(html).not.toContain("ada");
    },
  );

  it("says why modelled times are all equal, and not where they spread or were measured", () => {
    const [first] = facts.frames;
    if (first === undefined) throw new Error("the fixture has frames");
    const even = Array.from({ length: 20 }, () => first);
    const latency = (changes: Partial<typeof facts>) => {
      const { document } = reportInput({ ...facts, ...changes });
      const text = renderTerminal(document, { color: false });
      return text.split("\n").find((line) => line.startsWith("  latency"));
    };
    expect(latency({ frames: even })).toContain("all equal, because an emulator has no jitter");
    expect(latency({})).not.toContain("jitter");
    const perFrame = [50_000, 50_000];
    const measured = { kind: "measured", perFrame, source: "the cycle counter" } as const;
    expect(latency({ frames: even, deviceCycles: measured })).not.toContain("jitter");
  });

  it("draws the cycles of every frame where the terminal can, and where they spread", () => {
    const { document, cycles } = reportInput(facts);
    const plotted = renderTerminal(document, { color: false, cycles });
    expect(plotted).toMatch(/^ {2}each frame {4}[▁▂▃▄▅▆▇█]+ {2}[\d,]+ to [\d,]+ cycles/m);
    expect(renderTerminal(document, { color: false })).not.toContain("each frame");
    expect(renderTerminal(document, { color: false, cycles: [7, 7, 7] })).not.toContain(
      "each frame",
    );
  });
});
