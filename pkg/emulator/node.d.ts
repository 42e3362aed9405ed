import type { Emulator } from './index.js'

/**
 * Listens to a port in an emulator's name, on `node:http`: in Node, Deno and Bun.
 *
 * @example
 * ```js
 * const kaltura = createEmulator()
 * const { url, close } = await listen(kaltura)
 * // … serviceUrl: url …
 * await close()
 * ```
 */
export function listen(emulator: Emulator, options?: ListenOptions): Promise<Listener>

export interface ListenOptions {
  /** The port; any free one by default. */
  port?: number
  /** The address; `127.0.0.1` by default. */
  host?: string
}

export interface Listener {
  /** Such as `http://127.0.0.1:8080`, for the option `serviceUrl`. */
  readonly url: string
  readonly port: number
  /** Stops listening, and cuts the connections that are left. */
  close(): Promise<void>
}
