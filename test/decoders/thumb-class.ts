/** Which class of the counts file a Thumb-2 instruction belongs to, from objdump's text alone; vectors are vector-text.ts's. */

const CONDITION = "(?:eq|ne|cs|cc|mi|pl|vs|vc|hi|ls|ge|lt|gt|le)?";

/** First match wins. */
const CLASSES: readonly (readonly [string, string])[] = [
  ["pop|v?ldm(?:ia|db|fd|ea)?|ldrd|vpop", "loadMultiple"],
  ["push|v?stm(?:ia|db|fd|ea)?|strd|vpush", "storeMultiple"],
  ["vldr|ldr(?:s?[bh])?t?|ldrex[bh]?|lda(?:ex)?[bh]?", "load"],
  ["vstr|str[bh]?t?|strex[bh]?|stl(?:ex)?[bh]?", "store"],
  ["bl?x?|bl?xns|cbn?z|tb[bh]|le|letp|wls|wlstp\\.\\d+", "branch"],
  ["muls?|[su]mull|smul[bt][bt]|smulw[bt]|smu[as]dx?|smmulr?", "mul"],
  [
    "mla|mls|[su]mlal|umaal|smla[bt][bt]|smlaw[bt]|smla?l?dx?|smlsl?dx?|smmlar?|smmlsr?|smlal[bt][bt]",
    "mac",
  ],
  ["[su]div", "div"],
  [
    "nop|it[te]*|[di][sm]b|svc|bkpt|udf|cps[ie][de]|mrs|msr|wf[ei]|sev|yield|pld|pli|dls|dlstp\\.\\d+|lctp|sg|clrex",
    "other",
  ],
  ["v[a-z]+(?:\\.\\w+)*", "fpu"],
];

const PATTERNS = CLASSES.map(
  ([names, insnClass]) =>
    [new RegExp(`^(?:${names})${CONDITION}(?:\\.[nw])?$`), insnClass] as const,
);

export function thumbClass(text: string): string {
  if (/^nop.*\(mov /.test(text)) return "alu";
  const [, mnemonic = "", rest = ""] = /^(\S+)\s*(.*)$/.exec(text) ?? [];
  const found = PATTERNS.find(([pattern]) => pattern.test(mnemonic))?.[1] ?? "alu";
  // Two words at once.
  if (/^v(?:ldr|str)/.test(mnemonic) && /^d\d/.test(rest)) return `${found}Multiple`;
  return found === "alu" && /^pc,/.test(rest) ? "branch" : found;
}
