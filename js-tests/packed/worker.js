// A Worker that starts sessions and keeps some, for what is made of it by bundlers.
import { createSessionProvider, startAppTokenSession } from 'kaltura-app-token/sessions'

/** @import { ProviderOptions, StartOptions } from 'kaltura-app-token' */

let sessions

export default {
  /** @param {Request} request */
  async fetch(request) {
    const options = /** @type {StartOptions & ProviderOptions} */ (await request.json())
    const { pathname } = new URL(request.url)
    sessions ??= createSessionProvider(options)
    const { ks, partnerId } = pathname === '/kept' ? await sessions.getSession() : await startAppTokenSession(options)
    return Response.json({ ks: typeof ks, partnerId })
  },
}
