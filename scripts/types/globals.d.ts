// What some runtimes have and others don't, as far as src/js asks for it.

declare namespace WebAssembly {
  interface Memory {
    readonly buffer: ArrayBuffer
  }
  const Module: new (bytes: ArrayBufferView | ArrayBufferLike) => Module
}

interface Uint8ArrayConstructor {
  fromBase64?(text: string): Uint8Array<ArrayBuffer>
}

declare var Deno:
  | {
      createHttpClient?(options: { poolMaxIdlePerHost: number }): { close(): void }
    }
  | undefined

declare var EdgeRuntime: string | undefined
