// What the server knew before the first record: its partners, users and app tokens, from the
// files beside the records and from what the records themselves name.
import { kssIn } from './ks.mjs'

/**
 * @import { AppToken, PartnerSeed, User } from 'kaltura-app-token/emulator'
 * @import { ReadKs } from './ks.mjs'
 */

/** @typedef {{ method: string, path: string, headers: Record<string, string>, body: string | null }} Sent */
/** @typedef {{ status: number, headers: [name: string, value: string][], body: string }} Answer */
/** @typedef {{ status: number, headers: Headers, body: string }} Answered */

/**
 * A request that was recorded, with its answer; `at` is in unix seconds.
 * @typedef {{ name: string, seq: number, at: number, request: Sent, response: Answer, context?: { token?: KnownToken } }} Recorded
 */

/** @typedef {Partial<AppToken> & { id: string, token: string, partnerId: number, createdAt: number, hashType: string }} KnownToken */
/** @typedef {Record<string, User>} Users */
/** @typedef {PartnerSeed & { id: number, additionalAdminSecrets?: string[], users: Users }} Partner */
/** @typedef {{ description?: string, widgetId: string, userSecret: string, adminSecret: string, ksVersion: 1 | 2, additionalAdminSecrets?: string[] }} PartnerOfFile */

/**
 * `partners.json` in the emulator's words; what a partner allows stands in its description.
 * @param {Record<string, PartnerOfFile>} file
 * @param {Record<string, Users>} users
 * @returns {Partner[]}
 */
export function partnersFrom(file, users) {
  return Object.entries(file).map(([id, partner]) => {
    const { description = '', widgetId: _, ...secrets } = partner
    const longest = description.match(/ks max (?:expiry )?(\d+)/)?.[1] ?? 86400
    return {
      id: Number(id),
      description,
      ...secrets,
      ksMaxExpiry: description.includes('no ks max') ? null : Number(longest),
      httpsOnly: description.includes('enforceHttpsApi'),
      userlessAppTokens: description.includes('userless tokens allowed'),
      status: description.includes('blocked') ? 2 : 1,
      users: users[id] ?? {},
    }
  })
}

/**
 * The app tokens that the records are about, each with the `seq` of the record before which it
 * has to be there. Some are named in no file: what is known of them is what their sessions
 * show, and their value is made up.
 * @param {KnownToken[]} file
 * @param {Recorded[]} records
 * @param {Partner[]} partners
 */
export function appTokensFrom(file, records, partners) {
  const known = new Map(file.toReversed().map((token) => [token.id, token]))
  for (const { context } of records) {
    const token = context?.token
    if (token?.createdAt && !known.has(token.id.trim())) {
      known.set(token.id.trim(), { ...token, id: token.id.trim() })
    }
  }
  for (const token of shownBySessions(records, partners)) {
    if (!known.has(token.id)) known.set(token.id, token)
  }
  const added = new Set(records.flatMap((record) => addedBy(record)?.id ?? []))
  return [...known.values()]
    .filter((token) => !added.has(token.id))
    .map(({ status: _, ...token }) => ({ token, from: birth(token, records, partners) }))
}

/**
 * The app token that a record's `appToken.add` answered with.
 * @param {Recorded} options
 */
export function addedBy({ request, response }) {
  if (!/"action": ?"add"|action=add/.test(request.body ?? '')) return undefined
  const body = jsonOf(response.body)
  return body?.objectType === 'KalturaAppToken' ? body : undefined
}

/** @param {string | null} text */
export function jsonOf(text) {
  try {
    return JSON.parse(text ?? '')
  } catch {
    return undefined
  }
}

/**
 * @param {KnownToken} token
 * @param {Recorded[]} records
 * @param {Partner[]} partners
 */
function birth(token, records, partners) {
  const first = records.find((record) => mentions(record, token.id, partners))
  /** @param {Recorded | undefined} record */
  const family = (record) => record?.name.replace(/\.[^.]*$/, '')
  // One whose time isn't known was made for the family of records that it is in.
  /** @param {Recorded} record */
  const isForFamily = (record) => isMadeUp(token) && record.at === token.createdAt && family(record) === family(first)
  const born = records.find((record) => record === first || record.at > token.createdAt || isForFamily(record))
  return born?.seq ?? Infinity
}

/**
 * Everything that a request says, in one text.
 * @param {Sent} options
 */
export const said = ({ path, body }) =>
  // Forms and queries hide what stands open in JSON.
  `${path}\n${body ?? ''}`.replace(/%(2C|2F|3A|3D|40)/gi, (escaped) => decodeURIComponent(escaped))

/** @param {Recorded} options */
const exchanged = ({ request, response }) => `${said(request)}\n${response.body}`

/**
 * @param {Recorded} record
 * @param {string} id
 * @param {Partner[]} partners
 */
function mentions(record, id, partners) {
  const text = exchanged(record)
  return text.includes(id) || kssIn(text, partners).some(({ appTokenId }) => appTokenId === id)
}

/**
 * App tokens that nothing tells of but their id and their sessions.
 * @param {Recorded[]} records
 * @param {Partner[]} partners
 */
function shownBySessions(records, partners) {
  const found = new Map()
  /**
   * @param {string} id
   * @param {ReadKs} ks
   * @param {Recorded} record
   * @param {string} userId
   */
  const note = (id, ks, record, userId) => {
    const { userlessAppTokens } = /** @type {Partner} */ (partners.find((partner) => partner.id === ks.partnerId))
    found.set(id, {
      id,
      token: `unknown-value-of-${id}`,
      partnerId: ks.partnerId,
      createdAt: record.at,
      hashType: HASH_TYPES[hashIn(record)?.length ?? 0] ?? 'SHA256',
      sessionUserId: userlessAppTokens ? undefined : userId,
    })
  }
  for (const record of records) {
    const text = exchanged(record)
    const kss = kssIn(text, partners)
    for (const ks of kss) {
      const id = ks.appTokenId
      if (id && !found.get(id)?.sessionUserId) note(id, ks, record, ks.userId)
    }
    for (const [, id] of text.matchAll(/\bid(?:=|": ")(0_[a-z0-9]{8})\b/g)) {
      const isKnown = !text.includes(`\\"${id}\\" not found`)
      if (!found.has(id) && kss.length > 0 && isKnown) note(id, kss[0], record, 'ada@example.org')
    }
  }
  return [...found.values()]
}

/** @type {Record<number, string>} */
const HASH_TYPES = { 32: 'MD5', 40: 'SHA1', 64: 'SHA256', 128: 'SHA512' }

/** @param {Recorded} record */
const hashIn = (record) => said(record.request).match(/tokenHash(?:=|": ")([0-9a-f]+)/)?.[1]

/**
 * Whether the value of this app token is made up.
 * @param {{ token: string }} options
 */
export const isMadeUp = ({ token }) => token.startsWith('unknown-value-of-')
