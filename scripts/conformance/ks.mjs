// Reads KSs without the code that is judged here: node:crypto and the format's description.
import { createDecipheriv, createHash } from 'node:crypto'

/** @import { Partner } from './seeds.mjs' */

/** @typedef {{ fields: string, appTokenId: string | undefined, partnerId: number, expiry: number, userId: string }} ReadKs */

/** @param {string | Buffer} data */
const sha1 = (data) => createHash('sha1').update(data)

/**
 * What `text` carries, if one of the secrets in `partners` made it.
 * @param {string} text
 * @param {Partner[]} partners
 * @returns {ReadKs | undefined}
 */
export function readKs(text, partners) {
  const bytes = Buffer.from(text, 'base64url')
  const [head, partnerId] = bytes.toString('latin1').split('|', 2)
  return head === 'v2' ? readV2(bytes, partnerId, partners) : readV1(bytes, partners)
}

/**
 * @param {Partner[]} partners
 * @param {string} id
 */
function secretsOf(partners, id) {
  const partner = partners.find((known) => String(known.id) === id)
  return partner ? [partner.adminSecret, ...(partner.additionalAdminSecrets ?? [])] : []
}

/**
 * @param {Buffer} bytes
 * @param {string} partnerId
 * @param {Partner[]} partners
 */
function readV2(bytes, partnerId, partners) {
  const cipher = bytes.subarray(`v2|${partnerId}|`.length)
  if (cipher.length === 0 || cipher.length % 16 !== 0) return undefined
  for (const secret of secretsOf(partners, partnerId)) {
    const key = sha1(secret).digest().subarray(0, 16)
    const decipher = createDecipheriv('aes-128-cbc', key, Buffer.alloc(16)).setAutoPadding(false)
    const plain = Buffer.concat([decipher.update(cipher), decipher.final()])
    const body = plain.subarray(20, plain.findLastIndex((byte) => byte !== 0) + 1)
    if (sha1(body).digest().equals(plain.subarray(0, 20))) {
      const fields = body.subarray(16).toString()
      const { _e: expiry, _u: userId } = Object.fromEntries(new URLSearchParams(fields))
      return { ...named(fields), partnerId: Number(partnerId), expiry: Number(expiry), userId }
    }
  }
  return undefined
}

/**
 * @param {Buffer} bytes
 * @param {Partner[]} partners
 */
function readV1(bytes, partners) {
  const text = bytes.toString()
  const [, signature, info] = text.match(/^([0-9a-f]{40})\|(.*)$/s) ?? []
  if (!info) return undefined
  const fields = info.split(';')
  const made = secretsOf(partners, fields[0]).some((secret) => sha1(secret + info).digest('hex') === signature)
  if (!made) return undefined
  const [, , expiry, , , userId] = fields
  // The fifth is the random part.
  const rest = [...fields].fill('', 4, 5).join(';')
  return { ...named(rest), partnerId: Number(fields[0]), expiry: Number(expiry), userId }
}

/** @param {string} fields */
const named = (fields) => ({ fields, appTokenId: fields.match(/apptoken[=:](0_[a-z0-9]{8})/)?.[1] })

/** What a text may be that stands for a KS. */
const KS = /[A-Za-z0-9_+/-]{80,}={0,2}/g

/**
 * `text` with each KS replaced by what `describe` makes of it.
 * @param {string} text
 * @param {Partner[]} partners
 * @param {(ks: ReadKs) => string} describe
 */
export function replaceKss(text, partners, describe) {
  return text.replace(KS, (found) => {
    const ks = readKs(found, partners)
    return ks ? describe(ks) : found
  })
}

/**
 * Every KS in `text`, as it stands there.
 * @param {string} text
 * @param {Partner[]} partners
 */
export const ksTextsIn = (text, partners) => (text.match(KS) ?? []).filter((found) => readKs(found, partners))

/**
 * What every KS in `text` carries.
 * @param {string} text
 * @param {Partner[]} partners
 * @returns {ReadKs[]}
 */
export const kssIn = (text, partners) => ksTextsIn(text, partners).flatMap((found) => readKs(found, partners) ?? [])
