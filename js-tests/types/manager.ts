import { createAppTokenManager, type AddedAppToken, type AppToken, type AppTokenManager } from 'kaltura-app-token'

const manager: AppTokenManager = createAppTokenManager({
  partnerId: 102,
  adminSecret: async () => 'secret',
  userId: 'ada',
  serviceUrl: 'eu',
  retry: false,
  onEvent(event) {
    if (event.type === 'retried') event.delayMs satisfies number
  },
})
createAppTokenManager({ partnerId: '102', ks: 'djJ8' })

export async function use(signal: AbortSignal): Promise<void> {
  const added: AddedAppToken = await manager.add({
    sessionUserId: 'viewer',
    sessionType: 'user',
    sessionPrivileges: [{ name: 'sview', any: true }],
  })
  added.appToken.token satisfies string
  for (const { code } of added.warnings) code satisfies string
  const known: AppToken = await manager.get(added.appToken.id, { signal, timeoutMs: 100 })
  known.expiry satisfies number | null
  // @ts-expect-error: only who made it sees it
  known.token
  await manager.update(known.id, { description: null, expiry: null }, { knownUser: true })
  // @ts-expect-error: no session would live
  await manager.update(known.id, { sessionDuration: null })
  // @ts-expect-error: only Kaltura sets it
  await manager.update(known.id, { status: 1 })
  // @ts-expect-error: whose sessions?
  await manager.add({ sessionType: 'user' })

  const { appTokens, totalCount } = await manager.list({ statusIn: [1, 2] }, { pageSize: 10 })
  totalCount satisfies number
  appTokens[0]?.id satisfies string | undefined
  for await (const token of manager.list()) token satisfies AppToken

  const { predecessor, successor } = await manager.rotate(known.id)
  successor.token satisfies string
  const { warnings } = await manager.delete(predecessor.id)
  warnings[0]?.code satisfies string | undefined
  await manager.add({ sessionUserId: 'ada', isolatedSessions: true })
  // @ts-expect-error: it is for new tokens
  await manager.update(known.id, { isolatedSessions: true })

  // @ts-expect-error: either a KS or a secret
  createAppTokenManager({ partnerId: 102 })
  // @ts-expect-error: not both
  createAppTokenManager({ partnerId: 102, ks: 'djJ8', adminSecret: 'secret' })
  // @ts-expect-error: a KS has a user of its own
  createAppTokenManager({ partnerId: 102, ks: 'djJ8', userId: 'ada' })
}
