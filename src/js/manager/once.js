// When a kept connection ends without a response, Deno's fetch repeats the request, even a POST. An application
// token would then be made twice without notice.

/** @import { Fetch, FetchInit } from '../entries/index.js' */

/**
 * A fetch that sends each request once, and a function that releases it.
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
