// Every parameter and option of every function, with every value of hostile.js: what isn't fine
// is refused by one AppTokenError, which says where it stood, before anything is sent.
import {
  createAppTokenManager,
  createSessionProvider,
  formatPrivileges,
  generateKs,
  hashAppToken,
  inspectKs,
  isAppTokenError,
  parsePrivileges,
  predictPrivileges,
  startAppTokenSession,
} from 'kaltura-app-token'
import { createKsHandler } from 'kaltura-app-token/handler'
import { instantiate, instantiateKs } from 'kaltura-app-token/slim'
import { cloudflareKvStore, denoKvStore, ioredisStore, redisStore, unstorageStore } from 'kaltura-app-token/stores'
import { test } from './harness.js'
import { hostileValues, revoked } from './hostile.js'

const right = { partnerId: 102, appTokenId: '0_ab12cd34', appToken: 'a-token-of-mine', timeoutMs: 5000 }
const fields = { partnerId: 102, userId: 'ada', sessionType: 0, expiry: 1_900_000_000, privileges: '' }

const aKs = () => generateKs(fields, 'secret')
const isText = (value) => typeof value === 'string' && value.length < 1000 && value !== '\ud800'
const isClean = (value) => isText(value) && value !== '\0'
const isMissing = (value) => value === undefined
const isFunction = (value) => typeof value === 'function'
const missingOr = (isRight) => (value) => isMissing(value) || isRight(value)
const missingOrFunction = missingOr(isFunction)
const isEmptyList = (value) => Array.isArray(value) && value.length === 0
const isList = (value) => isEmptyList(value) || (Array.isArray(value) && value[0]?.name === 'edit')
const never = () => false

/** Holds one place to its promise. `call(value)` uses it; `path` tells it in errors. */
function place(name, call, path, isFine) {
  test(`${name} takes what is right and refuses the rest, whatever it is`, async (t) => {
    for (const [kind, value] of hostileValues()) {
      const outcome = await settled(() => call(value))
      if (!isRevokedSafe(() => isFine(value))) refused(t, kind, path, outcome)
      else t.ok(!('error' in outcome) || isAppTokenError(outcome.error), `${kind}: ${describe(outcome)}`)
    }
  })
}

// What looks at a value may be thrown at by it.
function isRevokedSafe(judge) {
  try {
    return judge()
  } catch {
    return false
  }
}

async function settled(call) {
  try {
    return { value: await call() }
  } catch (error) {
    return { error }
  }
}

function refused(t, kind, path, { error, ...rest }) {
  t.ok(isAppTokenError(error), `${kind} is no AppTokenError: ${describe({ error, ...rest })}`)
  t.equal(`${kind}: ${error.code}`, `${kind}: ERR_INVALID_OPTIONS`)
  const within = (parent) => error.path === parent || ['[', '.'].some((next) => error.path.startsWith(parent + next))
  const isThere = [path].flat().some(within)
  t.ok(isThere, `${kind}: ${error.path} instead of ${path}`)
  const beginnings = [`${error.path} must be `, `unknown option ${error.path}`, `unknown option in ${error.path};`]
  t.ok(
    beginnings.some((words) => error.message.startsWith(words)),
    `${kind}: ${error.message}`,
  )
  t.equal(error.attempts, 0)
}

function describe({ error, value }) {
  return error instanceof Error ? error.stack : `${error} ${typeof value}`
}

// Pure functions.
place('hashAppToken(ks)', (it) => hashAppToken(it, 'token'), 'ks', isText)
place('hashAppToken(appToken)', (it) => hashAppToken('ks', it), 'appToken', isText)
place('hashAppToken(hashType)', (it) => hashAppToken('ks', 'token', it), 'hashType', isMissing)
place('inspectKs(ks)', (it) => inspectKs(it), 'ks', never)
place(
  'inspectKs(secrets)',
  (it) => inspectKs(aKs(), it),
  'secrets',
  (it) => it === undefined || it === null || isEmptyList(it) || (isText(it) && it !== ''),
)
place('generateKs(fields)', (it) => generateKs(it, 'secret'), 'fields', isObject)
for (const name of Object.keys(fields)) {
  place(
    `generateKs's ${name}`,
    (it) => generateKs({ ...fields, [name]: it }, 'secret'),
    name,
    () => true,
  )
}
place(
  'generateKs(secret)',
  (it) => generateKs(fields, it),
  'secret',
  (it) => isText(it) && it !== '',
)
place(
  'parsePrivileges(text)',
  (it) => parsePrivileges(it),
  'text',
  (it) => it === undefined || it === null || isText(it),
)
place('formatPrivileges(list)', (it) => formatPrivileges(it), 'list', isList)
place('predictPrivileges(appTokenId)', (it) => predictPrivileges(it), 'appTokenId', isText)
place(
  'predictPrivileges(tokenPrivileges)',
  (it) => predictPrivileges('0_a', it),
  'tokenPrivileges',
  (it) => it === undefined || it === null || isText(it),
)
place(
  'predictPrivileges(requested)',
  (it) => predictPrivileges('0_a', null, it),
  'requested',
  (it) => it === undefined || it === null || isText(it),
)

test('isAppTokenError answers about anything', (t) => {
  for (const [kind, value] of hostileValues()) {
    t.ok(isAppTokenError(value) === false, kind)
    const posing = Object.assign(new Error('x'), { name: 'AppTokenError', code: value })
    t.ok(isAppTokenError(posing) === false, `with ${kind} for a code`)
  }
  t.equal(isAppTokenError(revoked(new Error('x'))), false)
})

// Where sessions come from. A request that is sent all the same is a failure of its own.
const options = {
  ...{ partnerId: never, appTokenId: (it) => it === 'x' || it === '__proto__' },
  appToken: (it) => isFunction(it) || (isClean(it) && it !== ''),
  hashType: isMissing,
  serviceUrl: isMissing,
  userId: missingOr((it) => isClean(it)),
  sessionType: missingOr((it) => it === 0),
  expiry: isMissing,
  sessionPrivileges: missingOr((it) => isClean(it) || isList(it)),
  noOtherPrivileges: missingOr((it) => typeof it === 'boolean'),
  grants: isMissing,
  retry: missingOr((it) => it === 0 || it === false),
  clientTag: missingOr((it) => isClean(it)),
  maxResponseBytes: isMissing,
  dangerouslyAllowHttp: missingOr((it) => typeof it === 'boolean'),
  timeoutMs: isMissing,
  fetch: missingOrFunction,
  onEvent: missingOrFunction,
}

const idle = async () => new Response('{}')

for (const [name, isFine] of Object.entries(options)) {
  const sent = []
  const counting = async (url) => {
    sent.push(url)
    return idle()
  }
  const start = (value) => startAppTokenSession({ ...right, retry: 0, fetch: counting, [name]: value })
  test(`startAppTokenSession sends nothing with a wrong ${name}`, async (t) => {
    for (const [kind, value] of hostileValues()) {
      sent.length = 0
      if (isRevokedSafe(() => isFine(value))) continue
      refused(t, kind, name, await settled(() => start(value)))
      t.equal(sent.length, 0)
    }
  })
  place(`createSessionProvider's ${name}`, (it) => createSessionProvider({ ...right, [name]: it }), name, isFine)
}

place('startAppTokenSession(options)', (it) => startAppTokenSession(it), 'options', isObject)
place('createSessionProvider(options)', (it) => createSessionProvider(it), 'options', isObject)

/** Objects that can be read are refused for what is missing in them, which other tests look at. */
function isObject(value) {
  return typeof value === 'object' && value !== null && Object.keys({ ...value }).length < 100
}

for (const name of ['maxEntries', 'batchSize', 'batchesInFlight', 'store', 'fallback', 'waitUntil']) {
  const isStore = missingOr((it) => it instanceof Map)
  const isFine = { waitUntil: missingOrFunction, store: isStore }[name] ?? isMissing
  place(`createSessionProvider's ${name}`, (it) => createSessionProvider({ ...right, [name]: it }), name, isFine)
}
for (const name of ['appTokenId', 'appToken', 'hashType']) {
  const fallback = { appTokenId: '0_b', appToken: 'another', hashType: 'SHA1' }
  const call = (it) => createSessionProvider({ ...right, fallback: { ...fallback, [name]: it } })
  place(`createSessionProvider's fallback.${name}`, call, `fallback.${name}`, options[name])
}
for (const method of ['get', 'set', 'delete', 'lock']) {
  const store = { get() {}, set() {}, delete() {} }
  const call = (it) => createSessionProvider({ ...right, store: { ...store, [method]: it } })
  place(`createSessionProvider's store.${method}`, call, 'store', method === 'lock' ? missingOrFunction : isFunction)
}

/** A provider whose fetch must not be called. */
function quiet() {
  let sent = 0
  const fetch = async () => {
    sent += 1
    return idle()
  }
  return { provider: createSessionProvider({ ...right, fetch, retry: 0 }), sent: () => sent }
}

function untouched(name, call, path, isFine) {
  test(`a provider sends nothing for a wrong ${name}`, async (t) => {
    const { provider, sent } = quiet()
    for (const [kind, value] of hostileValues()) {
      if (isRevokedSafe(() => isFine(value))) continue
      refused(t, kind, path, await settled(() => call(provider, value)))
      t.equal(sent(), 0)
    }
  })
}

const requestFields = ['userId', 'sessionType', 'expiry', 'sessionPrivileges', 'noOtherPrivileges']
for (const method of ['getKs', 'getSession', 'getProvenSession', 'invalidate']) {
  const isRequest = (it) => isMissing(it) || (method === 'invalidate' && typeof it === 'string') || isEmptyObject(it)
  untouched(`request of ${method}`, (provider, it) => provider[method](it), 'request', isRequest)
  for (const name of requestFields) {
    untouched(
      `request.${name} of ${method}`,
      (provider, it) => provider[method]({ [name]: it }),
      `request.${name}`,
      options[name],
    )
  }
  for (const name of ['signal', 'timeoutMs']) {
    untouched(
      `request's ${name} of ${method}`,
      (provider, it) => provider[method]({ [name]: it }),
      [name, `request.${name}`],
      isMissing,
    )
  }
}
untouched(
  'list of requests',
  (provider, it) => provider.startSessions(it),
  'requests',
  (it) => Array.isArray(it) && it.length < 100,
)
untouched(
  'options of startSessions',
  (provider, it) => provider.startSessions([], it),
  'options',
  (it) => isMissing(it) || isObject(it),
)
untouched('signal of startSessions', (provider, it) => provider.startSessions([], { signal: it }), 'signal', isMissing)
untouched(
  'service',
  (provider, it) => provider.call(it, 'get'),
  'service',
  (it) => it === 'x' || it === '__proto__',
)
untouched(
  'params',
  (provider, it) => provider.call('user', 'get', it),
  'params',
  (it) => isMissing(it) || (isObject(it) && isJson(it)),
)
untouched(
  'request of a call',
  (provider, it) => provider.call('user', 'get', {}, it),
  'request',
  (it) => isMissing(it) || isEmptyObject(it),
)

function isEmptyObject(value) {
  return isObject(value) && Object.keys({ ...value }).length === 0
}

function isJson(value) {
  return !Object.hasOwn(value, 'toJSON') && JSON.stringify({ ...value }) !== undefined
}

test('an action that is no name is refused before anything is sent', async (t) => {
  const { provider, sent } = quiet()
  for (const [kind, value] of hostileValues()) {
    if (value === 'x' || value === '__proto__') continue
    const { error } = await settled(() => provider.call('user', value))
    t.equal(`${kind}: ${error?.code}`, `${kind}: ERR_INVALID_OPTIONS`)
    t.ok(['service', 'action'].includes(error.path), kind)
  }
  t.equal(sent(), 0)
})

test('parameters that JSON has no words for are refused before anything is sent', async (t) => {
  const { provider, sent } = quiet()
  for (const [kind, value] of hostileValues()) {
    if (isRevokedSafe(() => JSON.stringify([value]) !== undefined)) continue
    refused(t, kind, 'params', await settled(() => provider.call('user', 'get', { filter: { value } })))
  }
  refused(t, 'toJSON', 'params', await settled(() => provider.call('user', 'get', { toJSON: () => undefined })))
  t.equal(sent(), 0)
})

test('each wrong request among many is an error of its own', async (t) => {
  const { provider, sent } = quiet()
  const wrong = hostileValues().filter(([, value]) => !isRevokedSafe(() => isMissing(value) || isEmptyObject(value)))
  const outcomes = await provider.startSessions(wrong.map(([, value]) => value))
  outcomes.forEach((outcome, index) => refused(t, wrong[index][0], 'request', outcome))
  t.equal(sent(), 0)
})

// What else is made of something.
place('cloudflareKvStore(namespace)', (it) => cloudflareKvStore(it), 'namespace', never)
place('denoKvStore(kv)', (it) => denoKvStore(it), 'kv', never)
place('ioredisStore(client)', (it) => ioredisStore(it), 'client', never)
place('redisStore(client)', (it) => redisStore(it), 'client', never)
place('unstorageStore(storage)', (it) => unstorageStore(it), 'storage', never)
place('instantiate(module)', (it) => instantiate(it), 'module', ArrayBuffer.isView)
place('instantiateKs(module)', (it) => instantiateKs(it), 'module', ArrayBuffer.isView)
place('createKsHandler(options)', (it) => createKsHandler(it), 'options', isObject)

// The manager's calls. What is right in one place would be sent, so it is left out.
const managing = { partnerId: 102, adminSecret: 'an-admin-secret', timeoutMs: 5000, retry: 0 }
place('createAppTokenManager(options)', (it) => createAppTokenManager(it), 'options', isObject)
const managerOptions = {
  ...{ partnerId: never, serviceUrl: isMissing, timeoutMs: isMissing, maxResponseBytes: isMissing },
  ...{ retry: options.retry, fetch: missingOrFunction, onEvent: missingOrFunction },
  clientTag: options.clientTag,
  userId: options.userId,
  dangerouslyAllowHttp: options.dangerouslyAllowHttp,
}
for (const [name, isFine] of Object.entries(managerOptions)) {
  place(`createAppTokenManager's ${name}`, (it) => createAppTokenManager({ ...managing, [name]: it }), name, isFine)
}

const call = 'options'
const calls = {
  'add(fields)': [(manager, it) => manager.add(it), 'fields', isObject],
  'add(fields, options)': [(manager, it) => manager.add({ sessionUserId: 'ada' }, it), call, isMissing],
  'get(id)': [(manager, it) => manager.get(it), 'id', isText],
  'get(id, options)': [(manager, it) => manager.get('0_a', it), call, isMissing],
  'list(filter)': [(manager, it) => manager.list(it), 'filter', missingOr(isObject)],
  'list(filter, pager)': [(manager, it) => manager.list({}, it), 'pager', missingOr(isObject)],
  'update(id, fields)': [(manager, it) => manager.update('0_a', it), 'fields', isObject],
  'update(id)': [(manager, it) => manager.update(it, { description: 'x' }), 'id', isText],
  'delete(id)': [(manager, it) => manager.delete(it), 'id', isText],
  'rotate(id)': [(manager, it) => manager.rotate(it), 'id', isText],
}
for (const [name, [use, path, isFine]] of Object.entries(calls)) {
  test(`a manager sends nothing for a wrong argument of ${name}`, async (t) => {
    let sent = 0
    const fetch = async () => {
      sent += 1
      return idle()
    }
    const manager = createAppTokenManager({ ...managing, fetch })
    for (const [kind, value] of hostileValues()) {
      if (isRevokedSafe(() => isFine(value) || isObject(value))) continue
      refused(t, kind, path, await settled(() => use(manager, value)))
      t.equal(sent, 0)
    }
  })
}
for (const name of [
  'sessionUserId',
  'sessionType',
  'sessionDuration',
  'sessionPrivileges',
  'expiry',
  'hashType',
  'description',
]) {
  test(`a manager survives anything for the field ${name}`, async (t) => {
    const manager = createAppTokenManager({ ...managing, fetch: idle })
    for (const [kind, value] of hostileValues()) {
      const fieldsOf = { sessionUserId: 'ada', [name]: value }
      for (const use of [() => manager.add(fieldsOf), () => manager.update('0_a', fieldsOf)]) {
        const { error } = await settled(use)
        t.ok(isAppTokenError(error) && error.code !== 'ERR_INTERNAL', `${kind}: ${error?.stack ?? error}`)
        if (error.code === 'ERR_INVALID_OPTIONS')
          t.ok(error.path.startsWith(name) || error.path === 'fields', `${kind}: ${error.path}`)
      }
    }
  })
}
