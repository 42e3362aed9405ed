// node start.js FILE: a session for each user of the file, a line of JSON each.
import { readFileSync } from 'node:fs'
import { createSessionProvider } from 'kaltura-app-token'

const sessions = createSessionProvider({
  partnerId: process.env.KALTURA_PARTNER_ID,
  appTokenId: process.env.KALTURA_APP_TOKEN_ID,
  appToken: process.env.KALTURA_APP_TOKEN,
  hashType: process.env.KALTURA_HASH_TYPE,
  serviceUrl: process.env.KALTURA_SERVICE_URL,
})

const userIds = readFileSync(process.argv[2], 'utf8').split('\n').filter(Boolean)
const outcomes = await sessions.startSessions(userIds.map((userId) => ({ userId, expiry: 3600 })))

for (const [index, { session, error }] of outcomes.entries()) {
  const userId = userIds[index]
  if (session) {
    console.log(JSON.stringify({ userId, ks: session.ks, expiresAt: session.expiresAt }))
  } else {
    console.error(`${userId}: ${error.message}`)
    process.exitCode = 1
  }
}
