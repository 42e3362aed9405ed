import { createSessionProvider, isAppTokenError } from 'kaltura-app-token'
import { createKsHandler, type KsHandler, TOKEN_PRIVILEGES } from 'kaltura-app-token/handler'
import { memoryStore } from 'kaltura-app-token/stores'

const provider = createSessionProvider({ partnerId: 1, appTokenId: '0_a', appToken: 'a' })

const handler: KsHandler = createKsHandler({
  provider,
  authorize: async (request) =>
    request.headers.has('authorization')
      ? { userId: 'ada', sessionPrivileges: [{ name: 'sview', values: ['0_a'] }] }
      : null,
  methods: ['GET', 'POST'],
  origins: ['https://www.example.org'],
  rateLimit: { burst: 5 },
  store: memoryStore(),
  isolate: 'user',
  onEvent(event, request) {
    if (event.type === 'failed' && isAppTokenError(event.error)) void event.error.code
    if (event.type === 'refused') void event.reason
    if (event.type === 'served') void event.differences[0]?.effect
    if (event.type === 'revoked') void event.status
    // @ts-expect-error: it is told of no answer
    if (event.type === 'exposed') void event.status
    void request?.url
    // @ts-expect-error: only a failure has an error
    void event.error
  },
})
const answer: Promise<Response> = handler(new Request('https://a.example'))
void answer

// What follows the request is what `authorize` takes.
const worker = createKsHandler({
  provider,
  authorize: (_request, env: { USER: string }, _context: object) => ({
    userId: env.USER,
    sessionPrivileges: TOKEN_PRIVILEGES,
  }),
})
void worker(new Request('https://a.example'), { USER: 'ada' }, {})
// @ts-expect-error: the environment is missing
void worker(new Request('https://a.example'))

createKsHandler({
  provider: { getSession: (request) => provider.getSession(request) },
  authorize: () => null,
  store: memoryStore(),
  storeKey: new Uint8Array(32),
})
// A provider of one's own needs no more than this.
createKsHandler({ provider: { getSession: (request) => provider.getSession(request) }, authorize: () => null })

// @ts-expect-error: a grant names its user
createKsHandler({ provider, authorize: () => ({ sessionPrivileges: 'sview:*' }) })
// @ts-expect-error: a grant states the privileges
createKsHandler({ provider, authorize: () => ({ userId: 'ada' }) })
// The token's own, and others.
createKsHandler({
  provider,
  authorize: () => ({
    userId: 'ada',
    sessionPrivileges: [TOKEN_PRIVILEGES, { name: 'sview', values: ['0_a'] }],
  }),
})
// @ts-expect-error: no such method
createKsHandler({ provider, authorize: () => null, methods: ['PUT'] })
// @ts-expect-error: there must be rules
createKsHandler({ provider })
