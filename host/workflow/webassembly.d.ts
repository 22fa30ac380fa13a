/**
 * Declares what vector-words.ts uses of WebAssembly: neither the language's types nor Node's have it.
 * Source: WebAssembly JavaScript Interface 2.0, section 5.
 */
declare namespace WebAssembly {
  class Memory {
    /** @param descriptor pages of 65,536 byte */
    constructor(descriptor: { readonly initial: number });
    readonly buffer: ArrayBuffer;
  }
  class Module {
    constructor(bytes: Uint8Array<ArrayBuffer>);
  }
  class Instance {
    constructor(module: Module, imports: { readonly env: { readonly memory: Memory } });
    readonly exports: Readonly<Record<string, unknown>>;
  }
}
