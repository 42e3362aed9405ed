// A back end that signs users in, and hands their pages sessions of few rights.
import { randomUUID } from 'node:crypto'
import { getRequestListener } from '@hono/node-server'
import express from 'express'
import { createSessionProvider } from 'kaltura-app-token'
import { createKsHandler } from 'kaltura-app-token/handler'

const { KALTURA_SERVICE_URL = 'https://www.kaltura.com', PORT = 3000 } = process.env

const provider = createSessionProvider({
  partnerId: process.env.KALTURA_PARTNER_ID,
  appTokenId: process.env.KALTURA_APP_TOKEN_ID,
  appToken: process.env.KALTURA_APP_TOKEN,
  hashType: process.env.KALTURA_HASH_TYPE,
  serviceUrl: KALTURA_SERVICE_URL,
})

// Who is signed in, by the secret in his cookie. Yours are in a database.
const signedIn = new Map()

const userOf = (cookies) => signedIn.get(/(?:^|; )session=([\w-]+)/.exec(cookies ?? '')?.[1])

const handler = createKsHandler({
  provider,
  authorize(request) {
    const userId = userOf(request.headers.get('cookie'))
    return userId && { userId, sessionPrivileges: [{ name: 'sview', any: true }] }
  },
  onEvent(event) {
    if (event.type === 'failed') console.error(event.error)
  },
})

const app = express()
app.use(express.static(new URL('public', import.meta.url).pathname))

// In place of your own way to sign in: this one believes whatever name it is given.
app.post('/sign-in', express.urlencoded(), (request, response) => {
  const session = randomUUID()
  signedIn.set(session, request.body.name)
  response.cookie('session', session, { httpOnly: true, sameSite: 'strict' })
  response.redirect('/')
})

app.get('/settings', (_request, response) => {
  response.json({ serviceUrl: KALTURA_SERVICE_URL })
})

// All methods: the handler refuses those that get no session, and answers preflights.
app.all('/ks', getRequestListener(handler))

const server = app.listen(Number(PORT), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}`)
})
