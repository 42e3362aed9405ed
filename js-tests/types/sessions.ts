// What startAppTokenSession takes and gives: each marked line must be refused.
import {
  parsePrivileges,
  startAppTokenSession,
  type AppTokenSession,
  type HashType,
  type StartOptions,
} from 'kaltura-app-token'

const credentials = { partnerId: 1234567, appTokenId: '0_ab12cd34', appToken: 'secret' }

const session: AppTokenSession = await startAppTokenSession(credentials)
const ks: string = session.ks
const type: 0 | 2 = session.sessionType
for (const { field, asked, effect } of session.differences) {
  const one: 'userId' | 'sessionType' | 'expiry' | 'sessionPrivileges' = field
  const other: 'broader' | 'narrower' | 'expired' = effect
  const text: string | undefined = asked
  void [one, other, text]
}
void [ks, type]

await startAppTokenSession({
  ...credentials,
  partnerId: '1234567',
  appToken: async () => 'from a vault',
  hashType: 'auto',
  serviceUrl: 'eu',
  userId: 'viewer@example.org',
  sessionType: 'admin',
  expiry: 3600,
  sessionPrivileges: [{ name: 'edit', values: ['0_a'] }],
  grants: 'exact',
  retry: false,
  timeoutMs: 5000,
  signal: AbortSignal.timeout(5000),
  onEvent: (event) => {
    if (event.type === 'retried') void [event.code, event.delayMs]
    if (event.type === 'hashTypeFound') void [event.appTokenId, event.hashType]
  },
  fetch,
})
await startAppTokenSession({ ...credentials, serviceUrl: 'https://kaltura.example.org/api_v3' })
await startAppTokenSession({ ...credentials, sessionPrivileges: 'edit:0_a,sview:*' })

// @ts-expect-error: the token is missing
await startAppTokenSession({ partnerId: 1, appTokenId: '0_a' })
// @ts-expect-error: no such hash
await startAppTokenSession({ ...credentials, hashType: 'SHA3' })
// @ts-expect-error: Kaltura's names are in capitals
await startAppTokenSession({ ...credentials, hashType: 'sha256' })
// @ts-expect-error: 1 is no session type
await startAppTokenSession({ ...credentials, sessionType: 1 })
// @ts-expect-error: seconds are a number
await startAppTokenSession({ ...credentials, expiry: '3600' })
await startAppTokenSession({
  ...credentials,
  sessionPrivileges: [{ name: 'edit', any: true }, { name: 'disableentitlement' }, ...parsePrivileges('sview:0_a')],
})
// @ts-expect-error: a privilege has a list of values
await startAppTokenSession({ ...credentials, sessionPrivileges: [{ name: 'edit', values: '0_a' }] })
// @ts-expect-error: no such option
const options: StartOptions = { ...credentials, privileges: 'edit:0_a' }
// @ts-expect-error: a session is read
session.id
void options

const bytes: Uint8Array = new TextEncoder().encode('secret')
await startAppTokenSession({ ...credentials, appToken: bytes })
await startAppTokenSession({ ...credentials, appToken: async () => bytes })
await startAppTokenSession({
  ...credentials,
  appToken: { hash: async (ks, hashType) => `${ks satisfies string}${hashType satisfies HashType}`, sealKey: bytes },
})
// @ts-expect-error: a signer makes hashes
await startAppTokenSession({ ...credentials, appToken: { sealKey: 'x'.repeat(32) } })
// @ts-expect-error: a hash is text
await startAppTokenSession({ ...credentials, appToken: { hash: () => bytes } })
