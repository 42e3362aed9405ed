// Which pages may ask, by what the browser says of them.

/**
 * The headers that let the page read the answer; none for a page of one's own origin and for
 * what isn't a browser; undefined for a page that may not ask.
 * @param {Request} options
 * @param {(origin: string) => boolean} allowed
 * @returns {Record<string, string> | undefined}
 */
export function originHeaders({ url, headers }, allowed) {
  const origin = headers.get('origin')
  const site = headers.get('sec-fetch-site')
  // A browser leaves the origin out of a GET for another site, but says whose it is.
  if (origin === null) return site === 'cross-site' || site === 'same-site' ? undefined : {}
  if (allowed(origin)) {
    return { 'access-control-allow-origin': origin, 'access-control-allow-credentials': 'true' }
  }
  return (site === null ? isHostOf(origin, url) : site === 'same-origin') ? {} : undefined
}

/**
 * Behind a proxy that speaks https to the world the scheme of `url` may be another.
 * @param {string} origin
 * @param {string} url
 */
function isHostOf(origin, url) {
  try {
    return new URL(origin).host === new URL(url).host
  } catch {
    // `null`, the origin of sandboxed pages and of files.
    return false
  }
}

/**
 * The answer to a browser that asks what it may send.
 * @param {string[]} methods
 * @param {Request} request
 */
export function preflight(methods, request) {
  const wanted = request.headers.get('access-control-request-headers')
  return new Response(null, {
    status: 204,
    headers: {
      'access-control-allow-methods': methods.join(', '),
      ...(wanted === null ? {} : { 'access-control-allow-headers': wanted }),
      'access-control-max-age': '600',
    },
  })
}
