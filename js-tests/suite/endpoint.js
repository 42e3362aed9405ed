// A handler to be asked.
import { createSessionProvider } from 'kaltura-app-token'
import { createKsHandler, TOKEN_PRIVILEGES } from 'kaltura-app-token/handler'

export const HERE = 'https://app.example.org'
export const THERE = 'https://www.example.org'

/** A grant of what the token carries. */
export const granted = (fields) => ({ sessionPrivileges: TOKEN_PRIVILEGES, ...fields })

/** A handler, how to ask it, and what it has told. */
export async function endpoint(t, options, seed) {
  const kaltura = await t.kaltura(seed)
  const events = []
  const handler = createKsHandler({
    provider: createSessionProvider(kaltura.credentials),
    authorize: () => granted({ userId: 'ada' }),
    onEvent(event, request) {
      // Most of these tokens are open to everything.
      if (event.type !== 'exposed') events.push({ ...event, asked: request !== undefined })
    },
    ...options,
  })
  const ask = ({ method = 'POST', url = `${HERE}/ks`, ...init } = {}, ...context) =>
    handler(new Request(url, { method, ...init }), ...context)
  return { kaltura, handler, ask, events }
}

/** What `ask` is answered with, by status and JSON. */
export async function answerOf(response) {
  return { status: response.status, ...(await response.json()) }
}

/** A session as a provider gives it, for a provider that costs nothing. */
export const session = (fields) => ({
  ...{ ks: 'k', partnerId: 1, userId: 'ada', sessionType: 0, expiresAt: 0, differences: [] },
  ...fields,
})
