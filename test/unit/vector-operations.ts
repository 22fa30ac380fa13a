/**
 * Lines of assembler for every mnemonic of the M-profile vector extension, operands by seed. Without VPT and VPST, which
 * need a block behind them, and VCVTB and VCVTT, which GNU as 2.40 encodes with register numbers twice as large.
 * What they are is left to the tests.
 */

const I = "i8 i16 i32";
const S = "s8 s16 s32";
const U = "u8 u16 u32";
const SU = `${S} ${U}`;
const F = "f16 f32";
const BITS = "8 16 32";

/**
 * Mnemonics, types, operands. Q and R are any registers, E an even and O an odd core register, L one of r0 to r7, D and M
 * vectors that differ, #a-b a number.
 */
const OPERATIONS: readonly (readonly [mnemonics: string, types: string, operands: string])[] = [
  ["vadd vsub vmul", I, "Q,Q,Q"],
  ["vcadd", I, "D,Q,M,#90"],
  ["vand vbic vorr vorn veor vpsel", "", "Q,Q,Q"],
  ["vmulh vrmulh vmax vmin vabd vhadd vhsub vrhadd vqadd vqsub", SU, "Q,Q,Q"],
  ["vshl vqshl vqrshl vrshl", SU, "Q,Q,Q"],
  ["vshl vqshl vqrshl vrshl", SU, "Q,R"],
  ["vmullb vmullt", `s8 u8 s16 u16 p8 p16`, "Q,Q,Q"],
  ["vmullb vmullt", "s32 u32", "D,M,M"],
  ["vqdmulh vqrdmulh", S, "Q,Q,Q"],
  ["vqdmullb vqdmullt", "s16", "Q,Q,Q"],
  ["vqdmullb vqdmullt", "s32", "D,M,M"],
  ["vadc vadci vsbc vsbci", "i32", "Q,Q,Q"],
  ["vadd vsub vmul vabd vmaxnm vminnm vfma vfms", F, "Q,Q,Q"],
  ["vcmla vcmul", "f16", "Q,Q,Q,#90"],
  ["vcadd", "f16", "Q,Q,Q,#270"],
  ["vhcadd", S, "D,Q,M,#90"],
  [
    "vqdmladh vqdmladhx vqrdmladh vqrdmladhx vqdmlsdh vqdmlsdhx vqrdmlsdh vqrdmlsdhx",
    "s8 s16",
    "Q,Q,Q",
  ],
  ["vadd vsub vmul", `${I} ${F}`, "Q,Q,R"],
  ["vhadd vhsub vqadd vqsub", SU, "Q,Q,R"],
  ["vqdmulh vqrdmulh vqdmlah vqrdmlah vqdmlash vqrdmlash", S, "Q,Q,R"],
  ["vqdmullb vqdmullt", "s16", "Q,Q,R"],
  ["vmla vmlas", SU, "Q,Q,R"],
  ["vfma vfmas", F, "Q,Q,R"],
  ["vbrsr", BITS, "Q,Q,R"],
  ["vcls vqabs vqneg vmaxa vmina", S, "Q,Q"],
  ["vclz", I, "Q,Q"],
  ["vrev16", "8", "Q,Q"],
  ["vrev32", "8 16", "Q,Q"],
  ["vrev64", BITS, "D,M"],
  ["vmvn", "", "Q,Q"],
  ["vabs vneg", `${S} ${F}`, "Q,Q"],
  ["vmovlb vmovlt", "s8 u8 s16 u16", "Q,Q"],
  ["vrintn vrintx vrinta vrintz vrintm vrintp vmaxnma vminnma", F, "Q,Q"],
  ["vcvt", "s16.f16 u16.f16 f16.s16 f16.u16 s32.f32 u32.f32 f32.s32 f32.u32", "Q,Q"],
  ["vcvt", "s16.f16 f32.s32 u32.f32", "Q,Q,#7"],
  ["vcvta vcvtn vcvtp vcvtm", "s16.f16 u32.f32", "Q,Q"],
  ["vmovnb vmovnt", "i16 i32", "Q,Q"],
  ["vqmovnb vqmovnt", "s16 u16 s32 u32", "Q,Q"],
  ["vqmovunb vqmovunt", "s16 s32", "Q,Q"],
  ["vshl", I, "Q,Q,#0-7"],
  ["vqshl", SU, "Q,Q,#0-7"],
  ["vqshlu", S, "Q,Q,#0-7"],
  ["vshr vrshr", SU, "Q,Q,#1-8"],
  ["vsli", BITS, "Q,Q,#0-7"],
  ["vsri", BITS, "Q,Q,#1-8"],
  ["vshllb vshllt", "s8 u8 s16 u16", "Q,Q,#1-8"],
  ["vshllb vshllt", "s16 u16", "Q,Q,#16-16"],
  ["vshrnb vshrnt vrshrnb vrshrnt", "i16 i32", "Q,Q,#1-8"],
  ["vqshrnb vqshrnt vqrshrnb vqrshrnt", "s16 u16 s32 u32", "Q,Q,#1-8"],
  ["vqshrunb vqshrunt vqrshrunb vqrshrunt", "s16 s32", "Q,Q,#1-8"],
  ["vshlc", "", "Q,R,#1-31"],
  ["vmov vmvn", "i16 i32", "Q,#1-255"],
  ["vmov", "i8", "Q,#1-255"],
  ["vmov", "f32", "Q,#1.0"],
  ["vmov", "i64", "Q,#0xff00ff"],
  ["vorr vbic", "i16 i32", "Q,#1-255"],
  ["vmladav vmladava", SU, "E,Q,Q"],
  ["vmladavx vmladavax vmlsdav vmlsdava vmlsdavx vmlsdavax", S, "E,Q,Q"],
  ["vmlaldav vmlaldava", "s16 u16 s32 u32", "E,O,Q,Q"],
  ["vmlaldavx vmlaldavax vmlsldav vmlsldava vmlsldavx vmlsldavax", "s16 s32", "E,O,Q,Q"],
  ["vrmlaldavh vrmlaldavha", "s32 u32", "E,O,Q,Q"],
  ["vrmlaldavhx vrmlaldavhax vrmlsldavh vrmlsldavha", "s32", "E,O,Q,Q"],
  ["vaddv vaddva", SU, "E,Q"],
  ["vaddlv vaddlva", "s32 u32", "E,O,Q"],
  ["vabav", SU, "R,Q,Q"],
  ["vmaxv vminv", SU, "R,Q"],
  ["vmaxav vminav", S, "R,Q"],
  ["vmaxnmv vminnmv vmaxnmav vminnmav", F, "R,Q"],
  ["vcmp", `${I} ${F}`, "eq,Q,Q"],
  ["vcmp", `${S} ${F}`, "gt,Q,R"],
  ["vcmp", `${S} ${F}`, "le,Q,Q"],
  ["vcmp", `${I} ${F}`, "ne,Q,R"],
  ["vcmp", U, "hi,Q,R"],
  ["vcmp", U, "cs,Q,Q"],
  ["vpnot", "", ""],
  ["vctp", `${BITS} 64`, "R"],
  ["vdup", BITS, "Q,R"],
  ["vidup vddup", U, "Q,E,#4"],
  ["viwdup vdwdup", U, "Q,E,O,#4"],
  ["vldrb", "u8 s16 u16 s32 u32", "Q,[L,#8]"],
  ["vldrb", "u8 s16 u32", "Q,[L,#-8]!"],
  ["vldrb", "u8 s16 u32", "Q,[L],#8"],
  ["vldrh", "u16 s32 u32", "Q,[L,#8]"],
  ["vldrh", "u16 s32", "Q,[L],#-8"],
  ["vldrw", "u32", "Q,[L,#8]!"],
  ["vstrb", BITS, "Q,[L,#8]"],
  ["vstrb", BITS, "Q,[L],#8"],
  ["vstrh", "16 32", "Q,[L,#8]!"],
  ["vstrw", "32", "Q,[L],#-8"],
  ["vldrb", "u8 s16 u16 s32 u32", "D,[R,M]"],
  ["vldrh", "u16 s32 u32", "D,[R,M,uxtw #1]"],
  ["vldrw", "u32", "D,[R,M,uxtw #2]"],
  ["vldrd", "u64", "D,[R,M]"],
  ["vstrb", BITS, "D,[R,M]"],
  ["vstrh", "16 32", "D,[R,M,uxtw #1]"],
  ["vstrw", "32", "D,[R,M]"],
  ["vldrw", "u32", "D,[M,#8]"],
  ["vldrd", "u64", "D,[M,#8]!"],
  ["vstrw", "32", "D,[M,#8]!"],
  ["vld20 vld21 vst20 vst21", BITS, "{q2,q3},[R]"],
  ["vld20 vst21", BITS, "{q5,q6},[R]!"],
  ["vld40 vld41 vld42 vld43 vst40 vst43", BITS, "{q1,q2,q3,q4},[R]"],
  ["vld43 vst41", BITS, "{q3,q4,q5,q6},[R]!"],
];

/** `each` lines for every mnemonic and type; the same seed gives the same lines. */
export function vectorOperations(seed: number, each: number): readonly string[] {
  let state = seed >>> 0;
  const below = (limit: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  const lines: string[] = [];
  for (const [mnemonics, types, operands] of OPERATIONS) {
    for (const mnemonic of mnemonics.split(" ")) {
      for (const type of types.split(" ")) {
        const name = type === "" ? mnemonic : `${mnemonic}.${type}`;
        for (let i = 0; i < each; i++) lines.push(`${name} ${fill(operands, below)}`.trim());
      }
    }
  }
  return lines;
}

function fill(operands: string, below: (limit: number) => number): string {
  const destination = below(8);
  const other = (destination + 1 + below(7)) % 8;
  return operands
    .replace(
      /#(\d+)-(\d+)/g,
      (_, low, high) => `#${Number(low) + below(Number(high) - Number(low) + 1)}`,
    )
    .replace(/[QDMRELO]/g, (letter) => {
      if (letter === "Q") return `q${below(8)}`;
      if (letter === "D") return `q${destination}`;
      if (letter === "M") return `q${other}`;
      if (letter === "R") return `r${below(13)}`;
      if (letter === "L") return `r${below(8)}`;
      return `r${2 * below(6) + (letter === "E" ? 0 : 1)}`;
    });
}
