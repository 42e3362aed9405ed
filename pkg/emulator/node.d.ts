import type { Emulator } from './index.js'

/**
 * Serves an emulator on a port, with `node:http`: in Node, Deno and Bun.
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
   * The host names that clients may use, besides addresses, `localhost` and {@link host}. Requests for other
   * names are answered with 421, so that no web page reaches the emulator under a name of its own. By
   * default any name.
   */
  allowedHosts?: readonly string[]
}

export interface Listener {
  /** The URL, such as `http://127.0.0.1:8080`, for the option `serviceUrl`. */
  readonly url: string
  readonly port: number
  /** Stops listening, and closes all connections. */
  close(): Promise<void>
}
