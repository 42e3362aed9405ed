// A function behind an API gateway that has signed the user in. The token is in a vault.
import { createSessionProvider } from 'kaltura-app-token'

const { AWS_SESSION_TOKEN, KALTURA_SECRET_NAME, PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: PORT = 2773 } = process.env

/** Asks AWS's extension for secrets, which answers on the loopback and caches. */
async function appToken() {
  const url = `http://localhost:${PORT}/secretsmanager/get?secretId=${encodeURIComponent(KALTURA_SECRET_NAME)}`
  const headers = { 'X-Aws-Parameters-Secrets-Token': AWS_SESSION_TOKEN }
  const response = await fetch(url, { headers })
  if (!response.ok) throw new Error(`the vault answers ${response.status}`)
  return (await response.json()).SecretString
}

// Outside the handler, so that a warm start finds its sessions.
const sessions = createSessionProvider({
  partnerId: process.env.KALTURA_PARTNER_ID,
  appTokenId: process.env.KALTURA_APP_TOKEN_ID,
  hashType: process.env.KALTURA_HASH_TYPE,
  serviceUrl: process.env.KALTURA_SERVICE_URL,
  appToken,
  expiry: 3600,
})

export async function handler(event) {
  const userId = event.requestContext.authorizer?.jwt?.claims?.sub
  if (!userId) return answer(401, { error: 'unauthorized' })
  try {
    const { ks, expiresAt } = await sessions.getSession({ userId, sessionType: 'user' })
    return answer(200, { ks, expiresAt })
  } catch (error) {
    console.error(error)
    return answer(error.retryable ? 503 : 500, { error: 'no session' })
  }
}

const answer = (statusCode, body) => ({
  statusCode,
  headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
  body: JSON.stringify(body),
})
