// The application tokens of a provider, also those that Kaltura refuses.
import { test } from './harness.js'
import { actionsOf, isAlive, providerOf, use } from './provider-helpers.js'

test('a token that session.end has revoked is told after one session more', async (t) => {
  const kaltura = await t.kaltura()
  const { provider, told } = providerOf(kaltura)
  const first = await provider.getKs()
  await use(kaltura, first, 'session', 'end')
  provider.invalidate(first)
  const second = await provider.getKs()
  t.ok(!(await isAlive(kaltura, second)), 'dead from birth')
  provider.invalidate(second)
  const before = (await actionsOf(kaltura)).filter((action) => action === 'startSession').length
  t.equal((await t.rejects(provider.getKs())).code, 'ERR_SESSION_REVOKED')
  t.equal((await t.rejects(provider.getKs({ userId: 'ada' }))).code, 'ERR_SESSION_REVOKED')
  const after = (await actionsOf(kaltura)).filter((action) => action === 'startSession').length
  t.equal(after, before)
  t.ok(told().includes('revoked'))
})

test('a second token takes over when the first is refused, and stays in use', async (t) => {
  const kaltura = await t.kaltura()
  const { appTokenId, appToken, hashType } = kaltura.credentials
  const { provider } = providerOf(kaltura, {
    appTokenId: '0_gone0000',
    appToken: 'gone',
    fallback: { appTokenId, appToken: async () => appToken, hashType },
  })
  const { privileges } = await provider.getSession()
  t.ok(privileges.includes(appTokenId), privileges)
  await provider.getKs({ userId: 'ada' })
  const tried = (await kaltura.requests())
    .filter(({ url }) => url.endsWith('startSession'))
    .map(({ body }) => JSON.parse(body).id)
  t.deepEqual(tried, ['0_gone0000', appTokenId, appTokenId])
})

test("hashType 'auto' is found out once", async (t) => {
  const kaltura = await t.kaltura({ appToken: { hashType: 'SHA512' } })
  const { provider, told } = providerOf(kaltura, { hashType: 'auto' })
  await provider.getKs()
  const found = (await kaltura.requests()).length
  await provider.getKs({ userId: 'ada' })
  t.equal((await kaltura.requests()).length, found + 1)
  t.deepEqual(told(), ['hashTypeFound', 'minted', 'minted'])
})

test('a token from a vault is asked for at each mint, and its failure told without its words', async (t) => {
  const kaltura = await t.kaltura()
  let asked = 0
  const { provider } = providerOf(kaltura, {
    appToken: () => {
      asked += 1
      if (asked === 3) throw new Error('s3cret')
      return kaltura.credentials.appToken
    },
  })
  await provider.getKs()
  await provider.getKs({ userId: 'ada' })
  const refused = await t.rejects(provider.getKs({ userId: 'bob' }))
  t.equal(refused.code, 'ERR_TOKEN_SOURCE')
  t.ok(!`${refused.stack}${refused.cause?.stack}`.includes('s3cret'))
  t.equal(asked, 3)
})

test('when both tokens are revoked the first call says so', async (t) => {
  const kaltura = await t.kaltura()
  const { id, token } = await kaltura.tell('addAppToken', {})
  const second = { appTokenId: id, appToken: token }
  await providerOf(kaltura, second).provider.call('session', 'end', {}, { userId: 'ada' })
  const { provider } = providerOf(kaltura, { fallback: second, userId: 'ada' })
  await provider.call('session', 'end')
  t.equal((await t.rejects(provider.call('user', 'get'))).code, 'ERR_SESSION_REVOKED')
})

test('a widget session that could not be fetched is forgotten when another call has one', async (t) => {
  const kaltura = await t.kaltura({ cache: false })
  const refused = (code, args) =>
    new Response(JSON.stringify({ objectType: 'KalturaAPIException', code, message: '', args }))
  let open
  const gate = new Promise((resolve) => {
    open = resolve
  })
  const down = () => refused('INTERNAL_DATABASE_ERROR', {})
  // At first all goes well; then Kaltura wants another widget session, and gives one at the second try.
  const widgets = [undefined, down, () => gate, down]
  const mints = [undefined, ...Array(2).fill(() => refused('INVALID_KS', { KSID: 'EXPIRED' }))]
  const fetching = async (url, init) => {
    const answer = (url.includes('startWidgetSession') ? widgets : mints).shift()
    return (await answer?.()) ?? fetch(url, init)
  }
  const { provider } = providerOf(kaltura, { fetch: fetching, retry: false })
  await provider.getKs()
  const [failed, waiting] = ['ada', 'bob'].map((userId) => provider.getKs({ userId }))
  t.equal((await t.rejects(failed)).kalturaCode, 'INTERNAL_DATABASE_ERROR')
  await t.rejects(provider.getKs({ userId: 'eve' }))
  open()
  await waiting
  t.ok(await provider.getKs({ userId: 'dan' }))
})

test('a token that Kaltura refuses for good is not tried again by everybody who comes', async (t) => {
  const kaltura = await t.kaltura()
  const { provider } = providerOf(kaltura, { appTokenId: '0_unknown' })
  const users = Array.from({ length: 5 }, (_, index) => ({ userId: `user ${index}` }))
  const first = await t.rejects(provider.getKs(users[0]))
  t.equal(first.kalturaCode, 'APP_TOKEN_ID_NOT_FOUND')
  const made = (await kaltura.requests()).length
  for (const user of users) {
    const error = await t.rejects(provider.getKs(user))
    t.equal(error.kalturaCode, 'APP_TOKEN_ID_NOT_FOUND')
    t.equal(error.attempts, 0)
  }
  t.equal((await kaltura.requests()).length, made)
  provider.invalidate(users[0])
  await t.rejects(provider.getKs(users[0]))
  t.ok((await kaltura.requests()).length > made, 'asked again')
})
