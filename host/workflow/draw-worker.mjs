// Starts draw-worker.ts from its source; a thread does not take over the loader of the program that made it.
import { register } from "tsx/esm/api";

register();
await import("./draw-worker.ts");
