/**
 * Counts what runs between two stores to the program's region marks, in the format of the QEMU plugin's counts file.
 * Which addresses the marks have is left to the one who starts the emulator, cycles to the program's own counter.
 */
const REGIONS = 16;

/** Fields of the plugin that need its decoder or a timing table. */
const UNKNOWN = {
  cycles: null,
  cyclesSimple: null,
  assumed: null,
  undecoded: null,
  interrupted: null,
  classes: null,
};

/**
 * @param core the emulated Cortex-M0+
 * @param {{begin: number, end: number}} marks addresses of the two arrays
 * @param {(line: string) => void} write takes one line a finished region
 * @returns {() => void} to be called after every instruction
 */
export function countRegions(core, marks, write) {
  const open = new Array(REGIONS).fill(null);
  const finished = new Array(REGIONS).fill(0);
  const total = { instructions: 0, loads: 0, stores: 0, bytesLoaded: 0, bytesStored: 0 };
  let lastLoad = -1;
  let lastStore = -1;

  const onLoad = (bytes) => {
    if (lastLoad !== total.instructions) total.loads++;
    lastLoad = total.instructions;
    total.bytesLoaded += bytes;
  };
  const onStore = (address, bytes) => {
    const begun = address - marks.begin;
    const ended = address - marks.end;
    if (ended >= 0 && ended < REGIONS) end(ended);
    if (lastStore !== total.instructions) total.stores++;
    lastStore = total.instructions;
    total.bytesStored += bytes;
    // The instruction that opens a region is not counted in it, and neither is its store.
    if (begun >= 0 && begun < REGIONS) {
      open[begun] = { ...total, instructions: total.instructions + 1 };
    }
  };
  const end = (region) => {
    const start = open[region];
    if (start === null) return;
    open[region] = null;
    const counts = Object.fromEntries(
      Object.entries(total).map(([name, value]) => [name, value - start[name]]),
    );
    write(`${JSON.stringify({ region, index: finished[region]++, ...counts, ...UNKNOWN })}\n`);
  };

  for (const [name, bytes] of Object.entries({ readUint8: 1, readUint16: 2, readUint32: 4 })) {
    const read = core[name].bind(core);
    core[name] = (address) => {
      // Instructions are fetched by halves while the program counter still points at them.
      const fetched = bytes === 2 && (address === core.PC || address === core.PC + 2);
      if (!fetched) onLoad(bytes);
      return read(address);
    };
  }
  for (const [name, bytes] of Object.entries({ writeUint8: 1, writeUint16: 2, writeUint32: 4 })) {
    const store = core[name].bind(core);
    core[name] = (address, value) => {
      onStore(address >>> 0, bytes);
      store(address, value);
    };
  }
  return () => {
    total.instructions++;
  };
}
