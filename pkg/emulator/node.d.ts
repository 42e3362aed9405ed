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
  /**
   * The names by which clients may call it, beside addresses, `localhost` and {@link host}: others
   * are answered with 421, so that no web page reaches it under a name of its own. Any name by
   * default.
   */
  allowedHosts?: readonly string[]
}

export interface Listener {
  /** Such as `http://127.0.0.1:8080`, for the option `serviceUrl`. */
  readonly url: string
  readonly port: number
  /** Stops listening, and cuts the connections that are left. */
  close(): Promise<void>
}
