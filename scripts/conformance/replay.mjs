// One record after the other against an emulator that knows what the server knew.
import { createHash } from 'node:crypto'
import { createEmulator } from 'kaltura-app-token/emulator'
import { clearStage, countedCall, nameBefore, setStage } from './circumstances.mjs'
import { differencesBetween } from './compare.mjs'
import { kssIn, ksTextsIn } from './ks.mjs'
import { addedBy, appTokensFrom, isMadeUp, jsonOf, partnersFrom, said } from './seeds.mjs'

/**
 * @import { Emulator } from 'kaltura-app-token/emulator'
 * @import { Answered, KnownToken, Partner, PartnerOfFile, Recorded, Sent, Users } from './seeds.mjs'
 */

export class Replay {
  #records
  #partners
  #toCome
  #kaltura
  #clock = 0
  /**
   * Bytes that were drawn at the recording and are to be drawn again.
   * @type {Uint8Array[]}
   */
  #draws = []
  /**
   * The last record that showed an app token, or mentioned a KS.
   * @type {Map<unknown, number>}
   */
  #seen = new Map()
  #calls = new Map()

  /**
   * @param {Recorded[]} records
   * @param {{ partners: Record<string, PartnerOfFile>, users: Record<string, Users>, appTokens: KnownToken[] }} options
   */
  constructor(records, { partners, users, appTokens }) {
    this.#records = records
    this.#partners = partnersFrom(partners, users)
    this.#toCome = appTokensFrom(appTokens, records, this.#partners)
    this.#kaltura = createEmulator({
      partners: this.#partners,
      now: () => this.#clock,
      random: (bytes) => this.#draw(/** @type {Uint8Array<ArrayBuffer>} */ (bytes)),
    })
  }

  /**
   * How the answer to `record` differs, and what was given besides its request.
   * @param {Recorded} record
   */
  async next(record) {
    /** @type {string[]} */
    const given = []
    this.#clock = record.at * 1000
    this.#addAppTokens(record)
    this.#addUsers(record)
    const subject = this.#subjectOf(record)
    setStage(this.#kaltura, record, subject)
    await this.#makeCountedCalls(record, given)
    this.#takeOverProperties(record, given)
    const { request, note } = this.#provable(record)
    if (note) given.push(note)

    const before = this.#kaltura.state()
    let answered = await this.#answerTo(record, request)
    const missing = await this.#missingCall(record, answered)
    if (missing) {
      this.#kaltura.restore(before)
      await missing.make()
      given.push(missing.what)
      answered = await this.#answerTo(record, request)
    }
    clearStage(this.#kaltura, record, subject, this.#partners)
    this.#remember(record)
    return { differences: differencesBetween(record.response, answered, this.#partners), given }
  }

  /**
   * @param {Recorded} record
   * @param {Sent} request
   */
  async #answerTo(record, request) {
    const added = addedBy(record)
    this.#draws = added ? [lettersOf(added.id), Buffer.from(added.token, 'hex')] : []
    const answered = await this.#send(request)
    this.#draws = []
    return answered
  }

  /** @param {Sent} options */
  async #send({ method, path, headers, body }) {
    const response = await this.#kaltura.fetch(
      new Request(`http://127.0.0.1${path}`, {
        method,
        headers,
        // As bytes, so that no content type is added.
        body: body == null ? undefined : new TextEncoder().encode(body),
      }),
    )
    return { status: response.status, headers: response.headers, body: await response.text() }
  }

  /** @param {Uint8Array<ArrayBuffer>} bytes */
  #draw(bytes) {
    const index = this.#draws.findIndex((drawn) => drawn.length === bytes.length)
    if (index < 0) crypto.getRandomValues(bytes)
    else bytes.set(this.#draws.splice(index, 1)[0])
  }

  /** @param {string} id */
  #appToken(id) {
    return this.#kaltura.state().appTokens?.find((token) => token.id === id)
  }

  /**
   * @param {number} partnerId
   * @param {string} userId
   */
  #user(partnerId, userId) {
    return this.#kaltura.state().partners.find(({ id }) => id === partnerId)?.users?.[userId]
  }

  /** @param {Recorded} record */
  #addAppTokens(record) {
    const due = this.#toCome.filter(({ from }) => from <= record.seq)
    this.#toCome = this.#toCome.filter(({ from }) => from > record.seq)
    for (const { token } of due) {
      this.#kaltura.addAppToken(token)
      const { partnerId, sessionUserId, createdAt } = token
      // Whoever has an app token is a user.
      if (sessionUserId && !this.#user(partnerId, sessionUserId)) {
        this.#kaltura.setUser(partnerId, sessionUserId, { createdAt, updatedAt: createdAt })
      }
    }
  }

  /**
   * A user with a storage size was there before the call that answers with it.
   * @param {Recorded} options
   */
  #addUsers({ response }) {
    const user = jsonOf(response.body)
    if (user?.objectType !== 'KalturaUser' || user.storageSize === undefined) return
    const { id, partnerId, createdAt } = user
    if (!this.#user(partnerId, id)) {
      this.#kaltura.setUser(partnerId, id, { createdAt, updatedAt: createdAt })
    }
  }

  /**
   * Whom a request is about.
   * @param {Recorded} record
   */
  #subjectOf(record) {
    const text = said(record.request)
    const [ks] = kssIn(text, this.#partners)
    const named = text.match(/\bid(?:Equal)?(?:=|": ?")(0_[a-z0-9]{8})\b/)?.[1]
    const id = named ?? ks?.appTokenId ?? record.context?.token?.id
    return {
      appTokenId: id !== undefined && this.#appToken(id) ? id : undefined,
      partnerId: ks?.partnerId,
      userId: ks?.userId,
    }
  }

  /**
   * Where the name counts calls, those that aren't among the records are made.
   * @param {Recorded} record
   * @param {string[]} given
   */
  async #makeCountedCalls(record, given) {
    const counted = countedCall(record)
    if (!counted) return
    const { family, number } = counted
    const made = this.#calls.get(family) ?? 0
    for (let next = made + 1; next < number; next += 1) await this.#send(record.request)
    if (number > made + 1) given.push('the calls before it')
    this.#calls.set(family, number)
  }

  /**
   * Properties of an app token that were changed by a call that isn't among the records.
   * @param {Recorded} record
   * @param {string[]} given
   */
  #takeOverProperties(record, given) {
    const body = jsonOf(record.response.body)
    for (const shown of [body, ...(body?.objects ?? [])]) {
      const known = shown?.objectType === 'KalturaAppToken' && this.#appToken(shown.id)
      if (!known || !this.#isGapSince(shown.id, record)) continue
      const changes = Object.entries(shown).filter(
        ([name, value]) =>
          name !== 'objectType' &&
          /** @type {Record<string, unknown>} */ (/** @type {object} */ (known))[name] !== value &&
          !said(record.request).includes(name),
      )
      if (changes.length === 0) continue
      given.push(`its app token's ${changes.map(([name]) => name).join(', ')}`)
      this.#kaltura.setAppToken(shown.id, Object.fromEntries(changes))
    }
  }

  /**
   * @param {string} what
   * @param {Recorded} record
   */
  #isGapSince(what, record) {
    const last = this.#seen.get(what) ?? -1
    const between = this.#records.filter(({ seq }) => seq > last && seq < record.seq)
    return between.length < record.seq - last - 1
  }

  /**
   * The call that made `record` what it is but isn't among the records, if there is one.
   * @param {Recorded} record
   * @param {Answered} answered
   */
  async #missingCall(record, answered) {
    const was = new Headers(record.response.headers)
    const [is, hits] = [answered.headers.get('X-Kaltura'), partsOf(answered.headers)]
    if (was.get('X-Kaltura')?.startsWith('cached') && !is?.startsWith('cached')) {
      return { what: 'what the cache held', make: () => this.#fill(record, record.request) }
    }
    if (partsOf(was) > hits) {
      // One more parameter makes it another request of the same items.
      const body = JSON.stringify({ ...jsonOf(record.request.body), another: 1 })
      const request = { ...record.request, body }
      return { what: 'what the cache held', make: () => this.#fill(record, request) }
    }
    const isOver = record.response.body.includes('\\"LOGOUT\\"')
    const [ks] = ksTextsIn(said(record.request), this.#partners)
    if (isOver && !answered.body.includes('LOGOUT') && this.#isGapSince(ks, record)) {
      return { what: 'the end of its session', make: () => this.#send(sessionEnd(ks)) }
    }
    return undefined
  }

  /**
   * Makes `request` at the time at which the cached answer was made.
   * @param {Recorded} record
   * @param {Sent} request
   */
  async #fill(record, request) {
    const [ks] = kssIn(record.response.body, this.#partners)
    const body = request.body ?? request.path
    if (ks && body.includes('startWidgetSession')) {
      const asked = Number(body.match(/expiry(?:=|": ?)(\d+)/)?.[1] ?? 86400)
      const { ksMaxExpiry } = /** @type {Partner} */ (this.#partners.find(({ id }) => id === ks.partnerId))
      this.#clock = (ks.expiry - Math.min(asked, ksMaxExpiry ?? asked)) * 1000
    }
    const subject = this.#subjectOf(record)
    setStage(this.#kaltura, { name: nameBefore(record.name) }, subject)
    await this.#send(request)
    setStage(this.#kaltura, record, subject)
    this.#clock = record.at * 1000
  }

  /**
   * An app token whose value is in no file proves itself with a hash of a made-up value.
   * @param {Recorded} options
   */
  #provable({ request, response }) {
    const [ks] = ksTextsIn(said(request), this.#partners)
    const token = this.#kaltura.state().appTokens?.find((known) => isMadeUp(known) && said(request).includes(known.id))
    if (!ks || !token || !response.body.includes('KalturaSessionInfo')) return { request }
    const hash = createHash(token.hashType)
      .update(ks + token.token)
      .digest('hex')
    const body = (request.body ?? '').replace(/\b[0-9a-f]{32,128}\b/g, hash)
    const note = "another hash, since its app token's value is in no file"
    return { request: { ...request, body }, note }
  }

  /** @param {Recorded} options */
  #remember({ seq, request, response }) {
    const body = jsonOf(response.body)
    for (const shown of [body, ...(body?.objects ?? [])]) {
      if (shown?.objectType === 'KalturaAppToken') this.#seen.set(shown.id, seq)
    }
    const text = `${said(request)}\n${response.body}`
    for (const ks of ksTextsIn(text, this.#partners)) this.#seen.set(ks, seq)
  }
}

/** @param {Headers} headers */
const partsOf = (headers) => headers.get('X-Kaltura-Part-Of-MultiRequest')?.split('cached-dispatcher').length ?? 0

/** @param {string} ks */
const sessionEnd = (ks) => ({
  method: 'POST',
  path: '/api_v3/service/session/action/end',
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify({ ks }),
})

/**
 * The bytes from which the emulator makes the letters of this id.
 * @param {string} id
 */
const lettersOf = (id) => Buffer.from(Array.from(id.slice(2), (letter) => LETTERS.indexOf(letter)))

const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789'
