/** The public API of the generator; everything else in codegen/ is its own business. */
export * from "./errors.ts";
export type * from "./model/types.ts";
