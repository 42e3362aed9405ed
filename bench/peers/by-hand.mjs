// The exchange as a careful program would write it out: plain fetch and node:crypto.
import { createHash } from 'node:crypto'

async function call(serviceUrl, path, parameters, fetch) {
  const response = await fetch(`${serviceUrl}/api_v3/service/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ format: 1, ...parameters }),
  })
  const value = await response.json()
  if (value.objectType === 'KalturaAPIException') throw new Error(value.code)
  return value
}

export async function startWidgetSession({ serviceUrl, partnerId, fetch = globalThis.fetch }) {
  const parameters = { widgetId: `_${partnerId}`, expiry: 86_400 }
  const { ks } = await call(serviceUrl, 'session/action/startWidgetSession', parameters, fetch)
  return ks
}

export function startSession(options, ks, wish) {
  const { serviceUrl, appTokenId, appToken, fetch = globalThis.fetch } = options
  const tokenHash = createHash('sha1')
    .update(ks + appToken)
    .digest('hex')
  const parameters = { ks, id: appTokenId, tokenHash, ...wish }
  return call(serviceUrl, 'appToken/action/startSession', parameters, fetch)
}

export async function start(options, wish) {
  return startSession(options, await startWidgetSession(options), wish)
}

/** One widget session for all. */
export async function startMany(options, wishes) {
  const ks = await startWidgetSession(options)
  return Promise.all(wishes.map((wish) => startSession(options, ks, wish)))
}
