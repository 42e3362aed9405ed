// Which pages may ask, by the headers that the browser sends.

/**
 * The headers that let the page read the response; none for a page of the handler's own origin and for clients
 * other than browsers; undefined for a page that may not ask.
 * @param {Request} options
 * @param {(origin: string) => boolean} allowed
 * @returns {Record<string, string> | undefined}
 */
export function originHeaders({ url, headers }, allowed) {
  const origin = headers.get('origin')
  const site = headers.get('sec-fetch-site')
  // For a GET to another site, browsers omit the origin but send `Sec-Fetch-Site`.
  if (origin === null) return site === 'cross-site' || site === 'same-site' ? undefined : {}
  if (allowed(origin)) {
    return { 'access-control-allow-origin': origin, 'access-control-allow-credentials': 'true' }
  }
  return (site === null ? isHostOf(origin, url) : site === 'same-origin') ? {} : undefined
}

/**
 * Behind a proxy that terminates https, the scheme of `url` may differ.
 * @param {string} origin
 * @param {string} url
 */
function isHostOf(origin, url) {
  try {
    return new URL(origin).host === new URL(url).host
  } catch {
    // `null` is the origin of sandboxed pages and of files.
    return false
  }
}

/**
 * The response to a preflight.
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
