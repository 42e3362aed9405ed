// A player would do the same: get a KS from its back end, and call Kaltura with it.
const status = document.querySelector('#status')

async function show() {
  const answer = await fetch('/ks', { method: 'POST' })
  const { ks, expiresIn, error } = await answer.json()
  if (error === 'unauthorized') return 'Sign in first.'
  if (error) return `No session: ${error}.`

  const { serviceUrl } = await (await fetch('/settings')).json()
  const called = await fetch(`${serviceUrl}/api_v3/service/user/action/get`, {
    method: 'POST',
    body: new URLSearchParams({ format: '1', ks }),
  })
  const user = await called.json()
  if (user.objectType === 'KalturaAPIException') return `Kaltura says ${user.code}.`
  return `Kaltura knows you as ${user.id}, for ${Math.round(expiresIn / 60)} minutes.`
}

status.textContent = await show()
