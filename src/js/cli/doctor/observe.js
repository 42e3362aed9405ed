// A fetch that remembers what a diagnosis needs of the answers: no body, no header with a secret.

/** @import { FetchInit } from '../../entries/index.js' */

/** @typedef {ReturnType<typeof observedFetch>} Observed */

export function observedFetch() {
  const observed = {
    /** `{ status, contentType }` of the last answer. */
    last: /** @type {{ status: number, contentType: string } | undefined} */ (undefined),
    /** The shortest time that an answer took: the first one pays for the connection. */
    fastestMs: Infinity,
    /** How far the server's clock is ahead, by the last answer's `Date`. */
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
 * What a cache answers has an old date.
 * @param {Headers} headers
 */
function offsetBy(headers) {
  const date = Date.parse(headers.get('date') ?? '')
  return Number.isNaN(date) || headers.has('age') ? undefined : date - Date.now()
}
