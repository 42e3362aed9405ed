import { createSessionProvider, type AppTokenSession } from 'kaltura-app-token'
import { memoryStore } from 'kaltura-app-token/stores'

const provider = createSessionProvider({
  partnerId: 102,
  appTokenId: '0_a',
  appToken: async () => 'token',
  fallback: { appTokenId: '0_b', appToken: 'token', hashType: 'SHA256' },
  store: memoryStore(),
  seal: {
    keys: [
      { id: 'new', key: new Uint8Array(32) },
      { id: 'old', key: 'hex or base64' },
    ],
  },
  waitUntil: (work) => void work,
  onEvent: (event) => {
    if (event.type === 'failed') event.code satisfies string
    if (event.type === 'retried') event.delayMs satisfies number
    if (event.type === 'minted' || event.type === 'fromStore') event.ksFingerprint satisfies string
  },
})

export async function use(): Promise<void> {
  const ks: string = await provider.getKs({ userId: 'ada', timeoutMs: 100 })
  const session: AppTokenSession = await provider.getSession()
  for (const outcome of await provider.startSessions([{ userId: 'ada' }])) {
    if (outcome.session) outcome.session satisfies AppTokenSession
  }
  const user = await provider.call<{ id: string }>('user', 'get', { userId: 'ada' })
  user.id satisfies string
  const untold = await provider.call('user', 'get', { userId: 'ada' })
  // @ts-expect-error: nobody has said what the action gives
  untold.id
  provider.invalidate(ks)
  provider.invalidate({ userId: session.userId })
  const isolate: 'user' | 'session' | undefined = provider.isolate
  const ended: Promise<void> = provider.endSessions({ userId: isolate ?? 'ada', timeoutMs: 1000 })
  await ended
  const proven: AppTokenSession = await provider.getProvenSession({ userId: 'ada' }, () => {})
  void proven
  provider.clear()
  // @ts-expect-error: there is no such request
  await provider.getKs({ iprestrict: '10.0.0.1' })
  // @ts-expect-error: a key has an id
  createSessionProvider({ partnerId: 1, appTokenId: '', appToken: '', seal: { keys: [{ key: '' }] } })
  // @ts-expect-error: a provider outlives any one signal
  createSessionProvider({ partnerId: 1, appTokenId: '', appToken: '', signal: undefined as never })
}
