/**
 * What every simulated device is: bytes in, bytes out, and a clock that somebody else turns.
 * What it says is left to the device's own file, the pseudo terminal it says it on to terminal.ts.
 */
export interface SimulatedDevice {
  /** The answer to bytes from the host; several commands in one piece, or a command in several, are usual. */
  receive(bytes: Uint8Array): Uint8Array;
  /** What it sends by itself in the next stretch of time [s]. */
  advance(seconds: number): Uint8Array;
}
