// Makes a manager's calls with an administrator's KS, and retries them where the rules allow it.
import * as codes from '../common/codes.js'
import { Deadline } from '../common/deadline.js'
import { AppTokenError, fromCore } from '../common/error.js'
import { attempt, createHost } from '../common/host.js'
import { guarded } from '../common/options.js'
import { drive } from '../runtime/drive.js'
import { sendingOnce } from './once.js'

/**
 * @import { Limits } from '../common/deadline.js'
 * @import { Host } from '../common/host.js'
 * @import { Caller } from '../kaltura_app_token.js'
 * @import { Judgement, ManagerCore, Rules } from '../ks/kaltura_ks.js'
 * @import { Instance } from '../runtime/trap.js'
 * @import { ManagerOptions } from './index.js'
 * @import { Settings } from './shell.js'
 */

/** @typedef {{ core: ManagerCore, rules: Rules }} Core */
/** @typedef {Pick<ManagerOptions, 'ks' | 'adminSecret'>} Key */
/** @typedef {{ code: string, kalturaCode?: string, ksRefusal?: string, status?: number }} Judged */

/**
 * A response; undefined for a deletion that an earlier try has done.
 * @typedef {{ text: string, attempts: number, isDone?: boolean }} Reply
 */

export class Calls {
  #settings
  #key
  #remadeCore
  #remadeCaller

  /**
   * `core` and `caller` return the objects of the two modules, new ones after a trap.
   * @param {Omit<Settings, 'prove'>} settings
   * @param {Key} key
   * @param {() => Core} core
   * @param {() => { caller: Caller, instance: Instance }} caller
   */
  constructor(settings, key, core, caller) {
    this.#settings = settings
    this.#key = key
    this.#remadeCore = core
    this.#remadeCaller = caller
  }

  get core() {
    return this.#remadeCore().core
  }

  get rules() {
    return this.#remadeCore().rules
  }

  /**
   * A trap of the module that makes the calls ends the call.
   * @param {{ signal?: Limits['signal'], timeoutMs: number, what?: string }} limits
   */
  deadline(limits) {
    return new Deadline({ ...limits, instance: this.#remadeCaller().instance })
  }

  /**
   * Makes a call within its own limits.
   * @param {string} action
   * @param {string} args
   * @param {{ signal?: Limits['signal'], timeoutMs: number }} limits
   */
  async call(action, args, limits) {
    const deadline = this.deadline({ ...limits, what: `answer to appToken.${action}` })
    try {
      return await this.callWithin(deadline, action, args)
    } finally {
      deadline.settle()
    }
  }

  /**
   * The response to a call. Retries once with another KS if the first is refused as dead.
   * @param {Deadline} deadline
   * @param {string} action
   * @param {string} args
   * @returns {Promise<Reply>}
   */
  async callWithin(deadline, action, args) {
    const { fetch, onEvent, allowUnverified } = this.#settings
    const transport = sendingOnce(fetch)
    const host = createHost({ deadline, fetch: transport.fetch, onEvent, allowUnverified })
    const sent = { attempts: 0, vain: 0 }
    /** @type {Host['fetch']} */
    const counting = (...request) => {
      const answer = host.fetch(...request)
      // Refused here, so not sent.
      if (!deadline.isOver) sent.attempts += 1
      return answer
    }
    try {
      return await this.#try(deadline, action, args, { ...host, fetch: counting }, sent)
    } finally {
      transport.end()
    }
  }

  /**
   * @param {Deadline} deadline
   * @param {string} action
   * @param {string} args
   * @param {Host} host
   * @param {{ attempts: number, vain: number }} sent
   * @returns {Promise<Reply>}
   */
  async #try(deadline, action, args, host, sent) {
    const repeatable = this.rules.isRepeatable(action)
    const name = `appToken.${action}`
    for (let isLast = typeof this.#key.ks === 'string'; ; isLast = true) {
      const before = sent.attempts
      /** @type {string | undefined} */
      let ks
      try {
        if (deadline.error) throw deadline.error
        ks = await this.#ks(deadline)
        const body = this.core.body(args, ks)
        const task = this.#remadeCaller().caller.call(name, body, ks, repeatable, deadline.at)
        const answer = await deadline.within(drive(task, host))
        if (answer.clockOffsetMs !== undefined) this.core.setClock(answer.clockOffsetMs)
        // The rate limiter rejected all but the last.
        if (!answer.isUnsure) sent.vain += sent.attempts - before - 1
        if (answer.failure) throw answer.failure
        return /** @type {Reply} */ ({ __proto__: null, ...answer, attempts: sent.attempts })
      } catch (thrown) {
        const error = deadline.error ?? fromCore(thrown)
        const verdict = this.#judge(action, error, sent.attempts - sent.vain)
        if (verdict.isDone) return /** @type {Reply} */ (/** @type {object} */ ({ __proto__: null, isDone: true }))
        if (verdict.deadKs) this.core.forgetKs(/** @type {string} */ (ks))
        if (!verdict.deadKs || isLast) throw judged(error, verdict, sent.attempts)
        // A call with a refused KS was not executed.
        sent.vain += 1
      }
    }
  }

  /**
   * `open`: the number of requests that may have had an effect, including the last.
   * @param {string} action
   * @param {AppTokenError} error
   * @param {number} open
   */
  #judge(action, error, open) {
    const { code, kalturaCode = '', ksRefusal = '', status = 0 } = /** @type {Judged} */ ({ __proto__: null, ...error })
    const rules = this.rules
    const isMade = this.#key.ks === undefined
    return rules.judge(action, code, kalturaCode, ksRefusal, status, open, isMade)
  }

  /**
   * The administrator's KS: the caller's, the cached one, or a new one.
   * @param {Deadline} deadline
   */
  async #ks(deadline) {
    const { ks, adminSecret } = this.#key
    if (ks !== undefined) {
      const given = /** @type {string} */ (await ask('ks', ks, deadline))
      guarded(() => this.core.checkKs(given))
      return given
    }
    const kept = this.core.keptKs(Date.now())
    if (kept !== undefined) return kept
    const secret = await ask('adminSecret', adminSecret, deadline)
    return guarded(() => this.core.makeKs(secret, Date.now()))
  }

  /**
   * The contents of a response.
   * @param {string} action
   * @param {Reply} reply
   * @param {boolean} [withToken]
   */
  appToken(action, { text, attempts }, withToken = false) {
    const appToken = this.rules.appToken(text, withToken)
    if (appToken) return appToken
    const error = unusable(action, 'no application token', attempts)
    throw judged(error, this.#judge(action, error, 1), attempts)
  }
}

/**
 * A value, or the result of the caller's function.
 * @param {string} name
 * @param {unknown} given
 * @param {Deadline} deadline
 */
async function ask(name, given, deadline) {
  if (typeof given !== 'function') return given
  deadline.progress.waitsFor(`the ${name} function`)
  try {
    return await deadline.within(attempt(/** @type {() => unknown} */ (given)))
  } catch (thrown) {
    if (deadline.error) throw deadline.error
    const failed = /** @type {{ name?: unknown, code?: unknown } | undefined} */ (thrown)
    throw new AppTokenError({
      code: codes.TOKEN_SOURCE,
      message: `the ${name} function failed; \`cause\` has the error's name and code`,
      retryable: true,
      causes: [{ name: word(failed?.name) ?? 'Error', code: word(failed?.code), message: '' }],
    })
  }
}

/**
 * The error of the caller's function. Its message may contain secrets, so only its name and code are shown.
 * @param {unknown} value
 */
const word = (value) => (typeof value === 'string' && /^[A-Za-z_]{1,48}$/.test(value) ? value : undefined)

/**
 * @param {string} action
 * @param {string} problem
 * @param {number} attempts
 */
export function unusable(action, problem, attempts) {
  return new AppTokenError({
    code: codes.BAD_RESPONSE,
    message: `unusable response to appToken.${action}: ${problem}`,
    service: 'appToken',
    action,
    attempts,
    retryable: true,
  })
}

/**
 * The error with advice added.
 * @param {AppTokenError} error
 * @param {Judgement} options
 * @param {number} attempts
 */
function judged(error, { advice, isOpen }, attempts) {
  const { message, cause } = error
  return new AppTokenError({
    ...error,
    message: advice === undefined ? message : `${message}; ${advice}`,
    cause,
    attempts,
    retryable: error.retryable && !isOpen,
  })
}
