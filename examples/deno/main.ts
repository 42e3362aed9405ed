// A service that calls Kaltura as each of its users, sessions shared through Deno KV.
import { createSessionProvider, type HashType, isAppTokenError } from 'kaltura-app-token'
import { denoKvStore } from 'kaltura-app-token/stores'

const sessions = createSessionProvider({
  partnerId: Deno.env.get('KALTURA_PARTNER_ID')!,
  appTokenId: Deno.env.get('KALTURA_APP_TOKEN_ID')!,
  appToken: Deno.env.get('KALTURA_APP_TOKEN')!,
  hashType: Deno.env.get('KALTURA_HASH_TYPE') as HashType | undefined,
  serviceUrl: Deno.env.get('KALTURA_SERVICE_URL'),
  store: denoKvStore(await Deno.openKv(Deno.env.get('DENO_KV_PATH'))),
})

const userPath = new URLPattern({ pathname: '/users/:id' })

Deno.serve({ hostname: '127.0.0.1', port: Number(Deno.env.get('PORT') ?? 8000) }, async (request) => {
  const userId = userPath.exec(request.url)?.pathname.groups.id
  if (!userId) return new Response('GET /users/ID\n', { status: 404 })
  try {
    const user = await sessions.call('user', 'get', {}, { userId: decodeURIComponent(userId) })
    return Response.json(user)
  } catch (error) {
    console.error(error)
    const code = isAppTokenError(error) ? error.code : 'unknown'
    return Response.json({ code }, { status: 502 })
  }
})
