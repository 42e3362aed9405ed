// What some runtimes have and others don't, as far as it is used here.

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
      args: string[]
      version: { deno: string }
      createHttpClient?(options: { poolMaxIdlePerHost: number }): { close(): void }
    }
  | undefined

declare var EdgeRuntime: string | undefined

declare var Bun: { version: string; argv: string[]; gc(force: boolean): void } | undefined
