// A Worker that starts sessions and keeps some, for what is made of it by bundlers.
import { createSessionProvider, startAppTokenSession } from 'kaltura-app-token/sessions'

let sessions

export default {
  async fetch(request) {
    const options = await request.json()
    const { pathname } = new URL(request.url)
    sessions ??= createSessionProvider(options)
    const { ks, partnerId } =
      pathname === '/kept' ? await sessions.getSession() : await startAppTokenSession(options)
    return Response.json({ ks: typeof ks, partnerId })
  },
}
