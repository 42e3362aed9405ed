async function call(serviceUrl, path, parameters) {
  const response = await fetch(`${serviceUrl}/api_v3/service/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ format: 1, ...parameters }),
  })
  const value = await response.json()
  if (value.objectType === 'KalturaAPIException') throw new Error(value.code)
  return value
}

async function sha1(text) {
  const bytes = new Uint8Array(await crypto.subtle.digest('SHA-1', new TextEncoder().encode(text)))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

export default {
  async fetch(_request, env) {
    const { serviceUrl, partnerId, appTokenId, appToken } = JSON.parse(env.OPTIONS)
    const widget = { widgetId: `_${partnerId}`, expiry: 86_400 }
    const { ks } = await call(serviceUrl, 'session/action/startWidgetSession', widget)
    const proof = { ks, id: appTokenId, tokenHash: await sha1(ks + appToken) }
    const session = await call(serviceUrl, 'appToken/action/startSession', proof)
    return Response.json({ ks: session.ks })
  },
}
