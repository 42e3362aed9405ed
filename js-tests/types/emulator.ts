import { createEmulator, type Emulator } from 'kaltura-app-token/emulator'
import { listen } from 'kaltura-app-token/emulator/node'
import { startAppTokenSession } from 'kaltura-app-token'

const kaltura: Emulator = createEmulator({
  latencyMs: 20,
  itemMs: 100,
  now: () => 0,
  sleep: async (ms: number, signal?: AbortSignal) => void [ms, signal],
})
const { id, token } = kaltura.addAppToken({ hashType: 'SHA256' })
await startAppTokenSession({
  partnerId: kaltura.partnerId,
  appTokenId: id,
  appToken: token,
  serviceUrl: kaltura.serviceUrl,
  fetch: kaltura.fetch,
})
const { url, close } = await listen(kaltura, { port: 0 })
const text: string = url
await close()
void text

// @ts-expect-error: no such option
createEmulator({ token })
// @ts-expect-error: a fault cuts at one of three moments
kaltura.setFaults({ drop: 'sometime' })
// @ts-expect-error: no such hash
kaltura.addAppToken({ hashType: 'auto' })
