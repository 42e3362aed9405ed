// The proxy between a runtime and its Kalturas: it passes on what it is asked, and does to the
// answer what the row of the matrix says. Each call of each row has a Kaltura of its own.
//
//   GET    /rows    which of them are to be tried, and whether a caller's inputs are too
//   POST   /        { row, column } -> { id, credentials, adminSecret, users }
//   DELETE /ID      -> { requests, secrets, wandered }
//   POST   /results what the runtime has seen
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { generateKs } from 'kaltura-app-token'
import { createEmulator } from 'kaltura-app-token/emulator'
import { misbehave } from './misbehave.mjs'
import { rows } from './rows/index.js'
import { CALL, SESSION, WIDGET, placeOf } from './rows/row.js'
import { neverConnecting } from './unreachable.mjs'

const LONGEST_RUN_MS = 20 * 60_000

const PLACES = [WIDGET, SESSION, CALL]
const HOUR_S = 3600

/** `{ url, results, secrets, close }`: what `results` resolves to is what the runtime has sent. */
export async function startProxy(wanted = rows.keys(), withInputs = false) {
  const cases = new Map()
  const secrets = new Set()
  const unreachable = await neverConnecting()
  let resolve
  const results = new Promise((done) => {
    resolve = done
  })
  const wandered = new Set()
  const elsewhere = await listening(
    createServer((request, response) => {
      wandered.add(request.url.split('/')[1])
      response.end('{}')
    }),
  )

  const routes = {
    async 'POST /'({ row, column }) {
      const planted = await plant(rows[row], column, { elsewhere: elsewhere.url, unreachable: unreachable.url })
      cases.set(planted.id, planted)
      return planted.facts
    },
    async 'DELETE /ID'(_, id) {
      const { server, report } = cases.get(id)
      cases.delete(id)
      server.closeAllConnections()
      server.close()
      for (const { text } of report.secrets()) secrets.add(text)
      return { requests: report.requests, secrets: report.secrets(), wandered: wandered.has(id) }
    },
    'GET /rows': () => ({ wanted: [...wanted], withInputs }),
    'POST /results': (value) => resolve(value),
  }
  const { url, server } = await listening(
    createServer(async (request, response) => {
      const [, id] = request.url.split('/')
      const route = routes[`${request.method} /${/^\d+$/.test(id) ? 'ID' : id}`]
      const body = await buffer(request)
      try {
        const value = await route(body.length > 0 ? JSON.parse(body) : undefined, id)
        response.end(JSON.stringify(value) ?? '')
      } catch (error) {
        response.writeHead(500).end(String(error?.stack ?? error))
      }
    }),
  )
  // A connection that is closed for want of use may be closed just as it is used again.
  server.keepAliveTimeout = LONGEST_RUN_MS
  const close = () => {
    for (const it of [server, elsewhere.server]) {
      it.closeAllConnections()
      it.close()
    }
    return unreachable.close()
  }
  return { url, results, secrets, close }
}

async function listening(server, port = 0) {
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return { server, url: `http://127.0.0.1:${server.address().port}` }
}

/** A port that nobody is given who lets the system choose, so that it stays closed once it is. */
async function listeningAside(make) {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 20_000)
    try {
      return await listening(make(), port)
    } catch (error) {
      if (error.code !== 'EADDRINUSE') throw error
    }
  }
}

const hex = (bytes) => randomBytes(bytes).toString('hex')

async function plant(row, column, { elsewhere, unreachable }) {
  const partner = { ...row.partner, id: 1_000_000 + Math.floor(Math.random() * 1e9), adminSecret: hex(16) }
  const emulator = createEmulator({ partners: [partner] })
  const appToken = emulator.addAppToken(row.appToken ?? {})
  const users = [0, 1, 2].map(() => `ada.${hex(8)}${row.infix ?? ''}@${hex(8)}.example`)
  const ks = (partnerId, adminSecret, lifeS) =>
    generateKs(
      {
        ...{ partnerId, userId: '', sessionType: 0, privileges: 'widget:1' },
        expiry: Math.floor(Date.now() / 1000) + lifeS,
      },
      adminSecret,
    )
  const facts = {
    users,
    stranger: { partnerId: partner.id + 1, ks: ks(partner.id + 1, hex(16), HOUR_S) },
    stale: { partnerId: partner.id, ks: ks(partner.id, partner.adminSecret, -HOUR_S) },
  }
  const report = reportOf({ partner, appToken, users, facts })
  facts.signed = (fields) => {
    const signed = generateKs({ version: 1, partnerId: partner.id, ...fields }, partner.adminSecret)
    report.answer(`"ks":"${signed}"`)
    return signed
  }
  const make = () =>
    createServer((request, response) => {
      serve({ row, emulator, report, facts, server }, request, response).catch((error) => response.destroy(error))
    })
  const { server, url } = row.fault.refuse ? await listeningAside(make) : await listening(make())
  server.on('connection', (socket) => report.sockets.add(socket))
  const id = url.split(':').at(-1)
  Object.assign(facts, { serviceUrl: url, elsewhere: `${elsewhere}/${id}` })
  const isFirst = row.at === WIDGET || column.startsWith('manager.')
  if (row.fault.refuse && isFirst) server.close()
  const serviceUrl =
    row.fault.resolve === false ? 'https://kaltura.invalid' : row.fault.connect === false ? unreachable : url
  return {
    ...{ id, server, report },
    facts: {
      ...{ id, users, adminSecret: partner.adminSecret },
      credentials: {
        serviceUrl,
        partnerId: partner.id,
        appTokenId: appToken.id,
        appToken: appToken.token,
        hashType: appToken.hashType,
      },
    },
  }
}

// Shorter ones are none, but some row's invention.
const KS = /"ks":"([^"]{32,})"/g

/** What has been seen, and the secrets in it. */
function reportOf({ partner, appToken, users, facts }) {
  const requests = []
  const sessions = new Set([facts.stranger.ks, facts.stale.ks])
  const hashes = new Set()
  const tokens = new Set([appToken.token])
  return {
    requests,
    sockets: new Set(),
    seen: 0,
    request(request) {
      requests.push(request)
      for (const [, hash] of request.body.matchAll(/"tokenHash":"(\w+)"/g)) hashes.add(hash)
      for (const [, ks] of request.body.matchAll(KS)) sessions.add(ks)
    },
    answer(text) {
      for (const [, ks] of text.matchAll(KS)) sessions.add(ks)
      for (const [, token] of text.matchAll(/"token":"([^"]+)"/g)) tokens.add(token)
    },
    secrets: () => [
      ...[...tokens].map((text) => ({ kind: 'token', text })),
      { kind: 'adminSecret', text: partner.adminSecret },
      ...users.map((text) => ({ kind: 'userId', text })),
      ...[...hashes].map((text) => ({ kind: 'hash', text })),
      ...[...sessions].map((text) => ({ kind: 'ks', text })),
    ],
  }
}

async function serve({ row, emulator, report, facts, server }, request, response) {
  const body = await buffer(request)
  const { method, url } = request
  const headers = pairs(request.rawHeaders)
  const at = placeOf(url)
  report.request({ method, url, headers, body: body.toString(), at })
  const answered = await emulator.fetch(
    new Request(`http://${request.headers.host}${url}`, {
      method,
      headers: headers.filter(([name]) => !/^(connection|transfer-encoding)$/i.test(name)),
      body: method === 'GET' || method === 'HEAD' ? undefined : body,
    }),
  )
  const text = await answered.text()
  report.answer(text)
  const { refuse } = row.fault
  if (!refuse && isMeant(row, at, report)) {
    const sent = sentOf(body)
    const answer = { status: answered.status, headers: [...answered.headers], text }
    return misbehave(request.socket, row.fault, answer, { ...facts, sent })
  }
  // The next one will find nobody.
  const isLast = refuse && PLACES[PLACES.indexOf(row.at) - 1] === at
  if (isLast) {
    server.close()
    // A runtime may hold one that it has not used yet.
    for (const socket of report.sockets) if (socket !== request.socket) socket.destroy()
  }
  response.writeHead(answered.status, {
    ...Object.fromEntries(answered.headers),
    ...(isLast ? { connection: 'close' } : {}),
  })
  response.end(text)
}

function isMeant({ at: wanted, times = Infinity }, at, report) {
  if (wanted !== at && wanted !== 'any') return false
  report.seen += 1
  return report.seen <= times
}

/** The parameters, of a batch those of the second item. */
function sentOf(body) {
  const sent = JSON.parse(body)
  return { ...sent, ...sent['2'] }
}

function pairs(flat) {
  return flat.flatMap((name, i) => (i % 2 === 0 ? [[name, flat[i + 1]]] : []))
}
