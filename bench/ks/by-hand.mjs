// A KS of version 2 on node:crypto, without a check of anything but its signature.
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'

const NO_IV = Buffer.alloc(16)
const keyOf = (secret) => createHash('sha1').update(secret).digest().subarray(0, 16)

export function make({ partnerId, userId, sessionType, expiry, privileges }, secret) {
  const fields = new URLSearchParams()
  for (const privilege of privileges.split(',')) {
    const [name, value = ''] = privilege.split(':')
    fields.set(name, value)
  }
  fields.set('_e', expiry)
  fields.set('_t', sessionType)
  fields.set('_u', userId)
  const body = Buffer.concat([randomBytes(16), Buffer.from(fields.toString())])
  const signed = Buffer.concat([createHash('sha1').update(body).digest(), body])
  const padded = Buffer.concat([signed, Buffer.alloc((16 - (signed.length % 16)) % 16)])
  const cipher = createCipheriv('aes-128-cbc', keyOf(secret), NO_IV).setAutoPadding(false)
  const sealed = Buffer.concat([Buffer.from(`v2|${partnerId}|`), cipher.update(padded), cipher.final()])
  return sealed.toString('base64').replaceAll('+', '-').replaceAll('/', '_')
}

export function read(ks, secret) {
  const bytes = Buffer.from(ks, 'base64url')
  const bar = bytes.indexOf('|', 3)
  const partnerId = Number(bytes.toString('latin1', 3, bar))
  const decipher = createDecipheriv('aes-128-cbc', keyOf(secret), NO_IV).setAutoPadding(false)
  const padded = Buffer.concat([decipher.update(bytes.subarray(bar + 1)), decipher.final()])
  let end = padded.length
  while (padded[end - 1] === 0) end -= 1
  const body = padded.subarray(20, end)
  const verified = createHash('sha1').update(body).digest().equals(padded.subarray(0, 20))
  const { _e, _t, _u, ...privileges } = Object.fromEntries(new URLSearchParams(body.toString('utf8', 16)))
  return { partnerId, verified, userId: _u, sessionType: Number(_t), expiry: Number(_e), privileges }
}
