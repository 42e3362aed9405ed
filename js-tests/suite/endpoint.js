// A handler to be asked.
import { createSessionProvider } from 'kaltura-app-token'
import { createKsHandler } from 'kaltura-app-token/handler'

export const HERE = 'https://app.example.org'
export const THERE = 'https://www.example.org'

/** A handler, how to ask it, and what it has told. */
export async function endpoint(t, options, seed) {
  const kaltura = await t.kaltura(seed)
  const events = []
  const handler = createKsHandler({
    provider: createSessionProvider(kaltura.credentials),
    authorize: () => ({ userId: 'ada' }),
    onEvent: (event, request) => events.push({ ...event, asked: request !== undefined }),
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
