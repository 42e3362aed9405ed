import { hashAppToken, startAppTokenSession } from 'kaltura-app-token'
import { test } from './harness.js'

const right = { partnerId: 102, appTokenId: '0_ab12cd34', appToken: 'a-token-of-mine' }

/** Starts a session with a fetch that must not be called. */
async function refused(t, options) {
  let sent = 0
  const error = await t.rejects(
    startAppTokenSession({
      ...right,
      fetch: async () => {
        sent += 1
      },
      ...options,
    }),
  )
  t.equal(sent, 0)
  t.equal(error.code, 'ERR_INVALID_OPTIONS')
  t.equal(error.attempts, 0)
  return error
}

const revoked = () => {
  const { proxy, revoke } = Proxy.revocable([], {})
  revoke()
  return proxy
}
const hostile = () => [
  revoked(),
  [revoked()],
  null,
  true,
  Symbol('x'),
  10n,
  {},
  () => {},
  new Date(),
  '\ud800',
  new Proxy(
    {},
    {
      get() {
        throw new Error()
      },
    },
  ),
]

const wrong = {
  partnerId: [undefined, '', '0', 'abc', 0, -1, 1.5, NaN, Infinity, 2 ** 31, ...hostile()],
  appTokenId: [undefined, '', ' 0_a', 'a b', 'x'.repeat(200), 5, ...hostile()],
  appToken: [
    undefined,
    '',
    ' x',
    'x\n',
    'a\0b',
    'x'.repeat(100_000),
    5,
    ...hostile().filter((v) => typeof v !== 'function'),
  ],
  hashType: ['sha1', 'SHA384', '', 1, ...hostile()],
  serviceUrl: ['', 'mars', 'ftp://x', 'http://www.kaltura.com', 'https://a@b', 'https://a?b', 5, ...hostile()],
  userId: ['a\nb', 'x'.repeat(2000), 5, ...hostile()],
  sessionType: ['ADMIN', '2', 1, -1, NaN, ...hostile()],
  expiry: [0, -1, 1.5, NaN, '3600', Date.now(), ...hostile()],
  sessionPrivileges: [5, 'a\nb', [{}], [{ name: 'a', value: ['1'] }], [{ name: 'a', any: 1 }], ...hostile()],
  grants: ['none', 1, ...hostile()],
  retry: [-1, 11, 0.5, '1', true, ...hostile().filter((v) => v !== true)],
  clientTag: ['a\r\nx: y', 'ü', 'x'.repeat(300), 5, ...hostile()],
  maxResponseBytes: [0, 1.5, '1', 2 ** 40, ...hostile()],
  dangerouslyAllowHttp: ['yes', 1, ...hostile().filter((v) => v !== true)],
  dangerouslyAllowUnverifiedTls: ['yes', 1, ...hostile().filter((v) => v !== true)],
  timeoutMs: [0, -1, 1.5, NaN, Infinity, '10', 2 ** 31, ...hostile()],
  signal: [5, 'x', ...hostile()],
  fetch: [5, 'x', ...hostile().filter((v) => typeof v !== 'function')],
  onEvent: [5, 'x', ...hostile().filter((v) => typeof v !== 'function')],
}

for (const [path, values] of Object.entries(wrong)) {
  test(`a wrong ${path} is refused before anything is sent`, async (t) => {
    for (const value of values) {
      const error = await refused(t, { [path]: value })
      // Of a list of privileges it tells which.
      t.match(error.path, new RegExp(`^${path}(\\[0\\])?$`))
      t.ok(error.message.startsWith(`${error.path} must be `), error.message)
    }
  })
}

test('the error for a wrong secret never shows it', async (t) => {
  const error = await refused(t, { appToken: ' swordfish-and-chips' })
  t.equal(`${error.message} ${error.stack} ${JSON.stringify(error)}`.includes('swordfish'), false)
})

test('http is for this machine alone', async (t) => {
  for (const host of ['a.localhost', 'localhost.', 'localhost.example.org', '128.0.0.1', '[::2]']) {
    t.equal((await refused(t, { serviceUrl: `http://${host}` })).path, 'serviceUrl')
  }
})

test('a list of privileges says which entry is wrong', async (t) => {
  const error = await refused(t, {
    sessionPrivileges: [
      { name: 'edit', values: ['0_a'] },
      { name: 'edit', values: ['0_a,disableentitlement'] },
    ],
  })
  t.equal(error.path, 'sessionPrivileges[1].values[0]')
})

test('a list of privileges grants nothing that it does not say', async (t) => {
  const kaltura = await t.kaltura({ appToken: { sessionUserId: 'ada' } })
  for (const [path, privilege] of [
    ['values[0]', { name: 'firstName', values: ['edit:*'] }],
    ['values[0]', { name: 'firstName', values: ['Ada;edit'] }],
    ['values[0]', { name: 'note', values: ['disableentitlement'] }],
    ['values[0]', { name: 'edit', values: ['*'] }],
    ['name', { name: 'xedit', any: true }],
    ['name', { name: 'note;edit', any: true }],
    ['any', { name: 'edit', values: ['0_a'], any: true }],
  ]) {
    const options = { ...kaltura.credentials, sessionPrivileges: [privilege] }
    const error = await t.rejects(startAppTokenSession(options))
    t.equal(error.code, 'ERR_INVALID_OPTIONS')
    t.equal(error.path, `sessionPrivileges[0].${path}`)
  }
  t.deepEqual(await kaltura.requests(), [])
})

test('what is in Object.prototype makes no privilege one for everything', async (t) => {
  const kaltura = await t.kaltura({ appToken: { sessionUserId: 'ada' } })
  Object.prototype.any = true
  try {
    const sessionPrivileges = [{ name: 'mine', values: [] }]
    const { privileges } = await startAppTokenSession({ ...kaltura.credentials, sessionPrivileges })
    t.match(privileges, /,mine$/)
  } finally {
    delete Object.prototype.any
  }
})

test('a misspelt restriction is refused with its right name, before anything is sent', async (t) => {
  const kaltura = await t.kaltura({ appToken: { sessionUserId: 'ada' } })
  for (const [sessionPrivileges, path, right] of [
    ['enableEntitlement,mine:1', 'sessionPrivileges', 'enableentitlement'],
    ['mine:1,IPRESTRICT:10.0.0.1', 'sessionPrivileges', 'iprestrict'],
    ['setRole:1', 'sessionPrivileges', 'setrole'],
    ['iprestrict=10.0.0.1', 'sessionPrivileges', 'iprestrict'],
    ['*privacycontext:MediaSpace', 'sessionPrivileges', 'privacycontext'],
    ['mine:1, actionslimit:5', 'sessionPrivileges', 'actionslimit'],
    [[{ name: 'urirestrict ', values: ['/x'] }], 'sessionPrivileges[0].name', 'urirestrict'],
  ]) {
    const options = { ...kaltura.credentials, sessionPrivileges }
    const error = await t.rejects(startAppTokenSession(options))
    t.equal(error.path, path)
    t.match(error.message, new RegExp(`^${path.replace(/[[\]]/g, '.')} must be .* ${right}$`))
  }
  t.deepEqual(await kaltura.requests(), [])
})

test('a misspelt option is an error: it might have been a restriction', async (t) => {
  t.equal((await refused(t, { sessionPrivilege: 'iprestrict:10.0.0.1' })).path, 'sessionPrivilege')
})

test('options that are no object, or that throw, are refused', async (t) => {
  for (const options of [undefined, null, 5, 'x', () => {}]) {
    t.equal((await t.rejects(startAppTokenSession(options))).code, 'ERR_INVALID_OPTIONS')
  }
  const throwing = {
    get partnerId() {
      throw new Error('mine')
    },
  }
  t.equal((await t.rejects(startAppTokenSession(throwing))).code, 'ERR_INVALID_OPTIONS')
})

test('nothing is taken from a polluted prototype', async (t) => {
  const polluted = {
    userId: 'mallory',
    sessionType: 'admin',
    fetch: () => {
      throw new Error()
    },
  }
  const kaltura = await t.kaltura({ appToken: { sessionUserId: 'ada' } })
  try {
    Object.assign(Object.prototype, polluted)
    t.equal((await startAppTokenSession({ ...kaltura.credentials })).userId, 'ada')
  } finally {
    for (const name of Object.keys(polluted)) delete Object.prototype[name]
  }
})

test('hashAppToken refuses what is no text, and hash types that Kaltura has not', (t) => {
  for (const value of [undefined, null, 5, {}, [], Symbol('x')]) {
    t.equal(t.throws(() => hashAppToken(value, 'token')).path, 'ks')
    t.equal(t.throws(() => hashAppToken('ks', value)).path, 'appToken')
  }
  for (const value of ['', 'sha1', 'SHA-1', null, 5]) {
    const error = t.throws(() => hashAppToken('ks', 'token', value))
    t.equal(error.code, 'ERR_INVALID_OPTIONS')
    t.equal(error.path, 'hashType')
  }
})
