// A Worker whose requests share providers: one for each scene that it is asked about.
import { createSessionProvider } from 'kaltura-app-token'
import { memoryStore } from 'kaltura-app-token/stores'

const scenes = new Map()

/** A store that takes its time. */
function slowStore(ms) {
  const store = memoryStore()
  const slowly =
    (run) =>
    async (...args) => {
      await new Promise((resolve) => setTimeout(resolve, ms))
      return run(...args)
    }
  return Object.fromEntries(Object.entries(store).map(([name, run]) => [name, slowly(run)]))
}

export default {
  async fetch(request) {
    const { scene, options, storeMs, wanted, lingerMs = 0 } = await request.json()
    if (!scenes.has(scene)) {
      const store = storeMs === undefined ? undefined : slowStore(storeMs)
      scenes.set(scene, createSessionProvider({ ...options, store }))
    }
    try {
      const ks = await scenes.get(scene).getKs(wanted)
      // What else a request may have to do.
      await new Promise((resolve) => setTimeout(resolve, lingerMs))
      return Response.json({ ks })
    } catch ({ code, message }) {
      return Response.json({ code, message })
    }
  },
}
