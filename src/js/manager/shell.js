// Managing application tokens. The rules, and the administrator's KS, are the ks module's; the
// client module makes the calls.
import * as codes from '../common/codes.js'
import { copied, guarded, ownOptions, ownProperties, taken, takeShellOptions } from '../common/options.js'
import { Deadline, LONGEST_MS, readLimits } from '../common/deadline.js'
import { AppTokenError, fromCore, invalid, pathOf, unknownOption } from '../common/error.js'
import { attempt, createHost } from '../common/host.js'
import { remade } from '../runtime/load.js'
import { AppTokenList } from './list.js'
import { sendingOnce } from './once.js'

/**
 * @import { Limits } from '../common/deadline.js'
 * @import { Host } from '../common/host.js'
 * @import { Judgement, ManagerCore, Rules } from '../ks/kaltura_ks.js'
 * @import { AppToken, AppTokenFilter, AppTokenPager, FieldsOptions, ManagerOptions } from './index.js'
 */

/** The options that are for the calls. */
const CALLER_OPTIONS = ['serviceUrl', 'dangerouslyAllowHttp', 'retry', 'maxResponseBytes']
/** Those that neither module sees. */
const SHELL_OPTIONS = ['timeoutMs', 'fetch', 'onEvent', 'ks', 'adminSecret']

/**
 * Ties `createAppTokenManager` to the functions that give the two modules' exports.
 * @param {Modules} options
 */
export function manage({ client, ks, startAppTokenSession, usualFetch }) {
  return function createAppTokenManager(/** @type {FieldsOptions | undefined} */ options) {
    const own = ownOptions(options)
    const given = takeShellOptions(own, SHELL_OPTIONS, usualFetch)
    const { fetch, onEvent, limits, allowUnverified } = given
    const forCaller = taken(own, CALLER_OPTIONS)
    const caller = remade(client, ({ Caller, instance }) =>
      guarded(() => ({ caller: new Caller(forCaller), instance })),
    )
    const core = remade(ks, ({ ManagerCore: rules }) =>
      guarded(() => ({ core: new rules(own), rules })),
    )
    caller()
    const key = { ks: given.ks, adminSecret: given.adminSecret }
    checkKey(key, own.userId, core())
    const { partnerId, clientTag } = own
    const forAll = { ...forCaller, dangerouslyAllowUnverifiedTls: allowUnverified }
    /** @param {object} more */
    const prove = (more) =>
      startAppTokenSession({ ...forAll, fetch, onEvent, partnerId, clientTag, ...more })
    const settings = { ...limits, fetch, onEvent, prove, allowUnverified }
    return new AppTokenManager(settings, key, core, caller)
  }
}

/**
 * Either a KS or what makes one.
 * @param {{ ks: unknown, adminSecret: unknown }} key
 * @param {unknown} userId
 * @param {{ core: ManagerCore, rules: Rules }} core
 */
function checkKey({ ks, adminSecret }, userId, { core, rules }) {
  if ((ks === undefined) === (adminSecret === undefined)) {
    throw invalid('ks', 'given, or else adminSecret, but not both')
  }
  if (ks !== undefined && userId !== undefined) {
    throw invalid('userId', 'left out with ks, which has a user of its own')
  }
  if (typeof (ks ?? adminSecret) === 'function') return
  guarded(() => (ks === undefined ? rules.checkSecret(adminSecret) : core.checkKs(ks)))
}

class AppTokenManager {
  #settings
  #key
  #remadeCore
  #remadeCaller

  constructor(settings, key, core, caller) {
    this.#settings = settings
    this.#key = key
    this.#remadeCore = core
    this.#remadeCaller = caller
  }

  get #core() {
    return this.#remadeCore().core
  }

  get #rules() {
    return this.#remadeCore().rules
  }

  /**
   * @param {object} fields
   * @param {FieldsOptions} [options]
   */
  async add(fields, options) {
    const { limits, knownUser } = this.#read(options, true)
    const own = ownOptions(fields, 'fields')
    const { args, warnings } = guarded(() => this.#core.add(own, knownUser, Date.now()))
    const answer = await this.#call('add', args, limits)
    return { appToken: this.#appToken('add', answer, true), warnings }
  }

  /**
   * @param {string} id
   * @param {FieldsOptions} [options]
   */
  async get(id, options) {
    const { limits } = this.#read(options)
    const { args } = guarded(() => this.#rules.identify(id))
    return this.#appToken('get', await this.#call('get', args, limits))
  }

  /**
   * @param {AppTokenFilter} [filter]
   * @param {AppTokenPager} [pager]
   * @param {FieldsOptions} [options]
   */
  list(filter, pager, options) {
    let asked
    return new AppTokenList((all, further) => {
      asked ??= this.#askedOf(filter, pager, options)
      return this.#page(asked, all, further)
    })
  }

  /**
   * @param {string} id
   * @param {object} fields
   * @param {FieldsOptions} [options]
   */
  async update(id, fields, options) {
    const { limits, knownUser } = this.#read(options, true)
    const own = ownOptions(fields, 'fields')
    const { args, warnings } = guarded(() => this.#core.update(id, own, knownUser, Date.now()))
    const answer = await this.#call('update', args, limits)
    return { appToken: this.#appToken('update', answer), warnings }
  }

  /**
   * @param {string} id
   * @param {FieldsOptions} [options]
   */
  async delete(id, options) {
    const { limits } = this.#read(options)
    const { args } = guarded(() => this.#rules.identify(id))
    const deadline = this.#deadline({ ...limits, what: 'answer to appToken.delete' })
    try {
      const warnings = await this.#deletionWarnings(deadline, args)
      await this.#deleteWithin(deadline, args)
      return { warnings }
    } finally {
      deadline.settle()
    }
  }

  /**
   * What there is to say of a token that is about to be deleted; afterwards nobody can tell.
   * @param {Deadline} deadline
   * @param {string} args
   */
  async #deletionWarnings(deadline, args) {
    try {
      const { text } = await this.#callWithin(deadline, 'get', args)
      return this.#rules.deletionWarnings(text)
    } catch (error) {
      // Whether Kaltura lets it be deleted is for Kaltura to say.
      if (error.code === codes.KALTURA) return []
      throw error
    }
  }

  /**
   * @param {Deadline} deadline
   * @param {string} args
   */
  async #deleteWithin(deadline, args) {
    const { isDone, text, attempts } = await this.#callWithin(deadline, 'delete', args)
    if (isDone || this.#rules.isNothing(text)) return
    throw unusable('delete', 'something where Kaltura says nothing', attempts)
  }

  /**
   * @param {string} id
   * @param {FieldsOptions} [options]
   */
  async rotate(id, options) {
    const { limits } = this.#read(options)
    const { args } = guarded(() => this.#rules.identify(id))
    const deadline = this.#deadline({ ...limits, what: 'successor' })
    try {
      const old = await this.#callWithin(deadline, 'get', args)
      const predecessor = this.#appToken('get', old)
      const wanted = guarded(() => this.#core.successor(old.text, Date.now()))
      const made = await this.#callWithin(deadline, 'add', wanted.args)
      const successor = this.#appToken('add', made, true)
      await this.#prove(successor, predecessor, deadline)
      return { predecessor, successor, warnings: wanted.warnings }
    } finally {
      deadline.settle()
    }
  }

  /**
   * Starts a session with a successor, or deletes it.
   * @param {AppToken} options
   * @param {AppToken} predecessor
   * @param {Deadline} deadline
   */
  async #prove({ id, token, hashType }, predecessor, deadline) {
    const { prove, timeoutMs } = this.#settings
    try {
      if (deadline.error) throw deadline.error
      // The deadline ends it.
      const limits = { timeoutMs: LONGEST_MS, signal: deadline.signal }
      await prove({ appTokenId: id, appToken: token, hashType, ...limits })
    } catch (thrown) {
      const error = deadline.error ?? thrown
      const { args } = this.#rules.identify(id)
      const rest = this.#deadline({ timeoutMs })
      const isDeleted = await this.#deleteWithin(rest, args).then(
        () => true,
        () => false,
      )
      rest.settle()
      const end = isDeleted ? 'was deleted again' : 'could not be deleted: delete it yourself'
      const { message, cause } = error
      const old = predecessor.id
      throw new AppTokenError({
        ...error,
        message: `the successor ${id} of ${old} started no session and ${end}; ${old} is as it was: ${message}`,
        cause,
        // Another try would leave another one.
        retryable: error.retryable && isDeleted,
      })
    }
  }

  /**
   * What a list is asked for: read once, however many pages it has.
   * @param {AppTokenFilter} [filter]
   * @param {AppTokenPager} [pager]
   * @param {FieldsOptions} [options]
   */
  async #askedOf(filter = {}, pager = {}, options) {
    const { limits } = this.#read(options)
    const which = withText(ownProperties(filter, 'filter'))
    return { limits, which, where: ownProperties(pager, 'pager') }
  }

  /**
   * @param {ReturnType<AppTokenManager["askedOf"]>} asked
   * @param {boolean} all
   * @param {number} further
   */
  async #page(asked, all, further) {
    const { limits, which, where } = await asked
    const rules = this.#rules
    const { args, size, index } = guarded(() => rules.list(which, where, all, further))
    const { text, attempts } = await this.#call('list', args, limits)
    const page = rules.page(text)
    if (!page) throw unusable('list', 'no list of application tokens', attempts)
    const { length } = page.appTokens
    const isLast = !rules.goesOn(size, index, length, page.totalCount)
    if (all && !isLast && index >= rules.mostPages()) {
      throw unusable('list', 'pages without end', attempts)
    }
    return { page, isLast }
  }

  /** What a call is told beside its arguments. */
  #read(options = {}, takesUser = false) {
    const own = ownProperties(options, 'options')
    const { signal, timeoutMs = this.#settings.timeoutMs, knownUser = false, ...rest } = own
    const [unknown] = Object.keys(rest).concat('knownUser' in own && !takesUser ? 'knownUser' : [])
    if (unknown !== undefined) throw unknownOption('', unknown)
    if (typeof knownUser !== 'boolean') throw invalid('knownUser', 'true or false')
    return { limits: readLimits({ signal, timeoutMs }), knownUser }
  }

  /**
   * A trap of the module that makes the calls ends it.
   * @param {Limits & { what?: string }} limits
   */
  #deadline(limits) {
    return new Deadline({ ...limits, instance: this.#remadeCaller().instance })
  }

  /**
   * Makes a call within limits of its own.
   * @param {string} action
   * @param {string} args
   * @param {Limits & { what?: string }} limits
   */
  async #call(action, args, limits) {
    const deadline = this.#deadline({ ...limits, what: `answer to appToken.${action}` })
    try {
      return await this.#callWithin(deadline, action, args)
    } finally {
      deadline.settle()
    }
  }

  /**
   * The answer to a call, once more with another KS if that is taken for dead.
   * @param {Deadline} deadline
   * @param {string} action
   * @param {string} args
   */
  async #callWithin(deadline, action, args) {
    const { fetch, onEvent, allowUnverified } = this.#settings
    const transport = sendingOnce(fetch)
    const host = createHost({ deadline, fetch: transport.fetch, onEvent, allowUnverified })
    const sent = { attempts: 0, vain: 0 }
    const counting = (...request) => {
      const answer = host.fetch(...request)
      // What was refused here has not been sent.
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
   */
  async #try(deadline, action, args, host, sent) {
    const repeatable = this.#rules.isRepeatable(action)
    const name = `appToken.${action}`
    for (let isLast = typeof this.#key.ks === 'string'; ; isLast = true) {
      const before = sent.attempts
      let ks
      try {
        if (deadline.error) throw deadline.error
        ks = await this.#ks(deadline)
        const body = this.#core.body(args, ks)
        const call = this.#remadeCaller().caller.call(name, body, ks, repeatable, host, deadline.at)
        const answer = await deadline.within(call)
        if (answer.clockOffsetMs !== undefined) this.#core.setClock(answer.clockOffsetMs)
        // All but the last were turned away at the door.
        if (!answer.isUnsure) sent.vain += sent.attempts - before - 1
        if (answer.failure) throw answer.failure
        return { __proto__: null, ...answer, attempts: sent.attempts }
      } catch (thrown) {
        const error = deadline.error ?? fromCore(thrown)
        const verdict = this.#judge(action, error, sent.attempts - sent.vain)
        if (verdict.isDone) return { __proto__: null, isDone: true }
        if (verdict.deadKs) this.#core.forgetKs(ks)
        if (!verdict.deadKs || isLast) throw judged(error, verdict, sent.attempts)
        // Whose KS is refused has not been heard.
        sent.vain += 1
      }
    }
  }

  /**
   * `open`: the requests that may have had effect, the last among them.
   * @param {string} action
   * @param {AppTokenError} error
   * @param {number} open
   */
  #judge(action, error, open) {
    const { code, kalturaCode = '', ksRefusal = '', status = 0 } = { __proto__: null, ...error }
    const rules = this.#rules
    const isMade = this.#key.ks === undefined
    return rules.judge(action, code, kalturaCode, ksRefusal, status, open, isMade)
  }

  /**
   * The administrator's KS: the caller's, the one that is kept, or a new one.
   * @param {Deadline} deadline
   */
  async #ks(deadline) {
    const { ks, adminSecret } = this.#key
    if (ks !== undefined) {
      const given = await ask('ks', ks, deadline)
      guarded(() => this.#core.checkKs(given))
      return given
    }
    const kept = this.#core.keptKs(Date.now())
    if (kept !== undefined) return kept
    const secret = await ask('adminSecret', adminSecret, deadline)
    return guarded(() => this.#core.makeKs(secret, Date.now()))
  }

  /**
   * What an answer has.
   * @param {string} action
   * @param {Answer} options
   * @param {boolean} [withToken]
   */
  #appToken(action, { text, attempts }, withToken = false) {
    const appToken = this.#rules.appToken(text, withToken)
    if (appToken) return appToken
    const error = unusable(action, 'no application token', attempts)
    throw judged(error, this.#judge(action, error, 1), attempts)
  }
}

/**
 * What is given, or what the function that was given gives.
 * @param {string} name
 * @param {unknown} given
 * @param {Deadline} deadline
 */
async function ask(name, given, deadline) {
  if (typeof given !== 'function') return given
  deadline.progress.waitsFor(`the ${name} function`)
  try {
    return await deadline.within(attempt(given))
  } catch (thrown) {
    if (deadline.error) throw deadline.error
    throw new AppTokenError({
      code: codes.TOKEN_SOURCE,
      message: `the ${name} function failed; \`cause\` has the error's name and code`,
      retryable: true,
      causes: [{ name: word(thrown?.name) ?? 'Error', code: word(thrown?.code), message: '' }],
    })
  }
}

/**
 * What a vault's client says when it fails is not ours to judge: only words of its are shown.
 * @param {unknown} value
 */
const word = (value) =>
  typeof value === 'string' && /^[A-Za-z_]{1,48}$/.test(value) ? value : undefined

/**
 * Lists as Kaltura has them.
 * @param {Record<string, unknown>} filter
 */
function withText(filter) {
  for (const name of Object.keys(filter)) {
    const value = copied(pathOf('filter.', name), filter[name], (entry) => `${entry}`)
    filter[name] = Array.isArray(value) ? value.join(',') : value
  }
  return filter
}

/**
 * @param {string} action
 * @param {string} problem
 * @param {number} attempts
 */
function unusable(action, problem, attempts) {
  return new AppTokenError({
    code: codes.BAD_RESPONSE,
    message: `unusable answer to appToken.${action}: ${problem}`,
    service: 'appToken',
    action,
    attempts,
    retryable: true,
  })
}

/**
 * The error with what else there is to say.
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
