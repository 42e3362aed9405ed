// What tests of the provider have in common.
import { createSessionProvider } from 'kaltura-app-token'

/** A provider of this Kaltura's, with what it tells. */
export function providerOf(kaltura, options = {}) {
  const events = []
  const provider = createSessionProvider({
    ...kaltura.credentials,
    onEvent: (event) => events.push(event),
    ...options,
  })
  return { provider, told: () => events.map(({ type }) => type) }
}

/** A fetch whose first answer comes when it is let go. */
export function holding() {
  let letGo
  const gate = new Promise((resolve) => {
    letGo = resolve
  })
  let tell
  const answered = new Promise((resolve) => {
    tell = resolve
  })
  const held = async (url, init) => {
    const response = await fetch(url, init)
    tell()
    await gate
    return response
  }
  return { fetch: held, answered, letGo }
}

export const actionsOf = async (kaltura) => (await kaltura.requests()).map(({ url }) => url.split('/').at(-1))

/** Calls the API the way any other client does. */
export async function use(kaltura, ks, service = 'session', action = 'get') {
  const response = await fetch(`${kaltura.serviceUrl}/api_v3/service/${service}/action/${action}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ks, format: 1, nocache: 1 }),
  })
  return response.json()
}

export const isAlive = async (kaltura, ks) => (await use(kaltura, ks)).code !== 'INVALID_KS'
