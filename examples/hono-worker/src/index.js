// A Worker that hands sessions to the holders of a token of one's own (a JWT).
import { waitUntil } from 'cloudflare:workers'
import { Hono } from 'hono'
import { jwt } from 'hono/jwt'
import { createSessionProvider } from 'kaltura-app-token'
import { createKsHandler, TOKEN_PRIVILEGES } from 'kaltura-app-token/handler'
import { cloudflareKvStore } from 'kaltura-app-token/stores'

const app = new Hono()

// All methods, and nothing before it that wants a JWT: a browser's preflight has none.
app.all('/ks', (c) => handlerOf(c.env)(c.req.raw, c))

// One provider for all requests of the isolate; the first to come makes it.
let handler
function handlerOf(env) {
  handler ??= createKsHandler({
    provider: createSessionProvider({
      partnerId: env.KALTURA_PARTNER_ID,
      appTokenId: env.KALTURA_APP_TOKEN_ID,
      appToken: env.KALTURA_APP_TOKEN,
      hashType: env.KALTURA_HASH_TYPE,
      serviceUrl: env.KALTURA_SERVICE_URL,
      store: cloudflareKvStore(env.SESSIONS),
      waitUntil,
    }),
    async authorize(_request, c) {
      // Without a good one it throws, and that is a 401.
      await jwt({ secret: env.JWT_SECRET, alg: 'HS256' })(c, async () => {})
      return { userId: c.get('jwtPayload').sub, sessionPrivileges: TOKEN_PRIVILEGES }
    },
    origins: env.ORIGINS ? env.ORIGINS.split(' ') : [],
    onEvent(event) {
      if (event.type === 'failed') console.error(event.error)
    },
  })
  return handler
}

export default app
