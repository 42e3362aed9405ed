// A fetch that records what the diagnosis needs of responses: no bodies, and no headers with secrets.

/** @import { FetchInit } from '../../entries/index.js' */

/** @typedef {ReturnType<typeof observedFetch>} Observed */

export function observedFetch() {
  const observed = {
    /** `{ status, contentType }` of the last response. */
    last: /** @type {{ status: number, contentType: string } | undefined} */ (undefined),
    /** The shortest time of a response; the first one includes the connection. */
    fastestMs: Infinity,
    /** How far the server's clock is ahead, by the `Date` of the last response. */
    clockOffsetMs: /** @type {number | undefined} */ (undefined),
    /**
     * @param {string} url
     * @param {FetchInit} init
     */
    async fetch(url, init) {
      const start = performance.now()
      const response = await globalThis.fetch(url, init)
      const ms = Math.round(performance.now() - start)
      const contentType = response.headers.get('content-type') ?? ''
      observed.last = { status: response.status, contentType }
      observed.fastestMs = Math.min(observed.fastestMs, ms)
      observed.clockOffsetMs = offsetBy(response.headers) ?? observed.clockOffsetMs
      return response
    },
  }
  return observed
}

/**
 * Undefined for a cache's response, whose date is old.
 * @param {Headers} headers
 */
function offsetBy(headers) {
  const date = Date.parse(headers.get('date') ?? '')
  return Number.isNaN(date) || headers.has('age') ? undefined : date - Date.now()
}
