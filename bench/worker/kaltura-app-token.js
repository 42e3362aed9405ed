import { startAppTokenSession } from 'kaltura-app-token/sessions'

export default {
  async fetch(_request, env) {
    const { ks } = await startAppTokenSession(JSON.parse(env.OPTIONS))
    return Response.json({ ks })
  },
}
