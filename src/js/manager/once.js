// Deno's fetch sends a request again by itself, a POST too, when a connection that it had kept ends
// without an answer: an application token would be made twice, and nobody would know.

/** @import { Fetch, FetchInit } from '../entries/index.js' */

/**
 * A fetch that sends each request once, and what lets go of it.
 * @param {Fetch | undefined} fetch
 */
export function sendingOnce(fetch) {
  const { Deno } = globalThis
  if (fetch || typeof Deno?.createHttpClient !== 'function') return { fetch, end() {} }
  const client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 })
  return {
    /**
     * @param {string} url
     * @param {FetchInit} init
     */
    fetch: (url, init) => globalThis.fetch(url, /** @type {RequestInit} */ ({ ...init, client })),
    end: () => client.close(),
  }
}
