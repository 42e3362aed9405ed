// What tests of stores have in common.
import { createSessionProvider } from 'kaltura-app-token'

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

export function providerOf(kaltura, options) {
  const events = []
  const onEvent = (event) => events.push(event)
  const provider = createSessionProvider({ ...kaltura.credentials, onEvent, ...options })
  const problems = () =>
    events.filter(({ type }) => type === 'storeFailed').map(({ method, problem }) => `${method}: ${problem}`)
  return { provider, told: () => events.map(({ type }) => type), problems }
}

/** The store, and every call that it gets, as `method name`. */
export function watched(store) {
  const calls = []
  const watch = ([method, run]) => [
    method,
    (name, ...args) => {
      calls.push(`${method} ${name}`)
      return run(name, ...args)
    },
  ]
  const count = (method) => calls.filter((call) => call.startsWith(`${method} `)).length
  return { store: Object.fromEntries(Object.entries(store).map(watch)), calls, count }
}
