import { once } from 'node:events'
import { createServer } from 'node:http'
import { run } from '../../scripts/build/process.mjs'
import { test } from '../suite/harness.js'
import { environmentOf, folderOf } from './program.mjs'

/** A vault as AWS's extension is one: it gives the secret to who shows the session token. */
async function startVault(secret) {
  let asked = 0
  const server = createServer(({ url, headers }, response) => {
    asked += 1
    const isRight =
      url === '/secretsmanager/get?secretId=kaltura%2Ftoken' && headers['x-aws-parameters-secrets-token'] === 'session'
    response.writeHead(isRight ? 200 : 400).end(JSON.stringify({ SecretString: secret }))
  }).listen(0, 'localhost')
  await once(server, 'listening')
  return { port: server.address().port, asked: () => asked, stop: () => server.close() }
}

const INVOKE = `
const { handler } = await import('./index.js')
const answers = []
for (const event of JSON.parse(process.env.EVENTS)) answers.push(await handler(event))
console.log(JSON.stringify(answers))
`

const eventOf = (sub) => ({ requestContext: sub ? { authorizer: { jwt: { claims: { sub } } } } : {} })

async function invoke(kaltura, vault, events) {
  const { KALTURA_APP_TOKEN, ...env } = environmentOf(kaltura)
  const said = await run(process.execPath, ['--input-type=module', '--eval', INVOKE], {
    cwd: folderOf('lambda'),
    timeoutMs: 60_000,
    env: {
      ...env,
      KALTURA_SECRET_NAME: 'kaltura/token',
      AWS_SESSION_TOKEN: 'session',
      PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: String(vault.port),
      EVENTS: JSON.stringify(events),
    },
  })
  return JSON.parse(said.trim().split('\n').at(-1))
}

test('the Lambda-style function gives users sessions, by a token from its vault', async (t) => {
  const kaltura = await t.kaltura()
  const vault = await startVault(kaltura.appToken.token)
  try {
    const events = ['ada', 'ada', 'grace', undefined].map(eventOf)
    const [first, warm, other, nobody] = await invoke(kaltura, vault, events)
    t.equal(first.statusCode, 200)
    t.equal(first.headers['cache-control'], 'no-store')
    t.match(JSON.parse(first.body).ks, /^djJ8/)
    t.equal(warm.body, first.body)
    t.ok(other.body !== first.body, 'two users have one session')
    t.equal(nobody.statusCode, 401)
    t.equal((await kaltura.requests()).length, 3)
    t.equal(vault.asked(), 2)
  } finally {
    vault.stop()
  }
})

test('the Lambda-style function answers 500 when its vault has another token', async (t) => {
  const kaltura = await t.kaltura()
  const vault = await startVault('0123456789abcdef0123456789abcdef')
  try {
    const [refused] = await invoke(kaltura, vault, [eventOf('ada')])
    t.equal(refused.statusCode, 500)
    t.deepEqual(JSON.parse(refused.body), { error: 'no session' })
  } finally {
    vault.stop()
  }
})
