// Manages application tokens. The KS module has the rules and makes the administrator's KS; the client module makes
// the calls.
import * as codes from '../common/codes.js'
import { copied, guarded, ownOptions, ownProperties, taken, takeShellOptions } from '../common/options.js'
import { LONGEST_MS, readLimits } from '../common/deadline.js'
import { AppTokenError, invalid, pathOf, unknownOption } from '../common/error.js'
import { remade } from '../runtime/load.js'
import { Calls, unusable } from './calls.js'
import { AppTokenList } from './list.js'

/**
 * @import { Deadline, Limits } from '../common/deadline.js'
 * @import { Fetch, HashType, StartOptions } from '../entries/index.js'
 * @import { KalturaAppToken } from '../entries/slim.js'
 * @import { ClientExports } from '../kaltura_app_token.js'
 * @import { KsExports } from '../ks/kaltura_ks.js'
 * @import { Loaded } from '../runtime/load.js'
 * @import { Core } from './calls.js'
 * @import { AppToken, AppTokenFilter, AppTokenManager as Manager, AppTokenPager } from './index.js'
 * @import { FieldsOptions, ManagerOptions, NewAppToken } from './index.js'
 */

/** The options of calls. */
const CALLER_OPTIONS = /** @type {const} */ (['serviceUrl', 'dangerouslyAllowHttp', 'retry', 'maxResponseBytes'])
/** The options that neither module sees. */
const SHELL_OPTIONS = /** @type {const} */ (['timeoutMs', 'fetch', 'onEvent', 'ks', 'adminSecret'])

/**
 * @typedef {object} Modules
 * @property {() => Loaded<ClientExports>} client
 * @property {() => Loaded<KsExports>} ks
 * @property {KalturaAppToken['startAppTokenSession']} startAppTokenSession
 * @property {Fetch | undefined} usualFetch
 */

/**
 * How a manager makes calls, and how it tests a token that it has made.
 * @typedef {object} Settings
 * @property {Fetch | undefined} fetch
 * @property {StartOptions['onEvent']} onEvent
 * @property {boolean} allowUnverified
 * @property {number} timeoutMs
 * @property {(trial: Trial) => Promise<unknown>} prove
 */

/** @typedef {{ appTokenId: string, appToken: string, hashType: HashType } & Limits} Trial */

/** @typedef {{ limits: { signal: Limits['signal'], timeoutMs: number }, which: object, where: AppTokenPager }} Asked */

/**
 * Makes `createAppTokenManager` with the functions that return the two modules' exports.
 * @param {Modules} modules
 * @returns {typeof import('./index.js').createAppTokenManager}
 */
export function manage({ client, ks, startAppTokenSession, usualFetch }) {
  return function createAppTokenManager(options) {
    const own = ownOptions(options)
    const given = takeShellOptions(own, SHELL_OPTIONS, usualFetch)
    const { fetch, limits, allowUnverified } = given
    const onEvent = /** @type {StartOptions['onEvent']} */ (given.onEvent)
    const forCaller = taken(own, CALLER_OPTIONS)
    const caller = remade(client, ({ Caller, instance }) =>
      guarded(() => ({ caller: new Caller(forCaller), instance })),
    )
    const core = remade(ks, ({ ManagerCore: rules }) => guarded(() => ({ core: new rules(own), rules })))
    caller()
    const key = { ks: given.ks, adminSecret: given.adminSecret }
    checkKey(key, own.userId, core())
    const { partnerId, clientTag } = own
    const forAll = { ...forCaller, dangerouslyAllowUnverifiedTls: allowUnverified }
    /** @param {Trial} more */
    const prove = (more) => startAppTokenSession({ ...forAll, fetch, onEvent, partnerId, clientTag, ...more })
    const settings = { ...limits, fetch, onEvent, prove, allowUnverified }
    return new AppTokenManager(settings, new Calls(settings, key, core, caller))
  }
}

/**
 * Checks that either a KS or an admin secret is given.
 * @param {{ ks: unknown, adminSecret: unknown }} key
 * @param {unknown} userId
 * @param {Core} core
 */
function checkKey({ ks, adminSecret }, userId, { core, rules }) {
  if ((ks === undefined) === (adminSecret === undefined)) {
    throw invalid('ks', 'given if adminSecret is not, and left out if it is')
  }
  if (ks !== undefined && userId !== undefined) {
    throw invalid('userId', 'left out with ks, because a KS has a user of its own')
  }
  if (typeof (ks ?? adminSecret) === 'function') return
  guarded(() => (ks === undefined ? rules.checkSecret(adminSecret) : core.checkKs(ks)))
}

/** @implements {Manager} */
class AppTokenManager {
  #settings
  #calls

  /**
   * @param {Settings} settings
   * @param {Calls} calls
   */
  constructor(settings, calls) {
    this.#settings = settings
    this.#calls = calls
  }

  get #core() {
    return this.#calls.core
  }

  get #rules() {
    return this.#calls.rules
  }

  /**
   * @param {object} fields
   * @param {FieldsOptions} [options]
   */
  async add(fields, options) {
    const { limits, knownUser } = this.#read(options, true)
    const own = ownOptions(fields, 'fields')
    const { args, warnings } = guarded(() => this.#core.add(own, knownUser, Date.now()))
    const answer = await this.#calls.call('add', args, limits)
    return { appToken: this.#calls.appToken('add', answer, true), warnings }
  }

  /**
   * @param {string} id
   * @param {FieldsOptions} [options]
   */
  async get(id, options) {
    const { limits } = this.#read(options)
    const { args } = guarded(() => this.#rules.identify(id))
    return this.#calls.appToken('get', await this.#calls.call('get', args, limits))
  }

  /**
   * @param {AppTokenFilter} [filter]
   * @param {AppTokenPager} [pager]
   * @param {FieldsOptions} [options]
   */
  list(filter, pager, options) {
    /** @type {Promise<Asked> | undefined} */
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
    const answer = await this.#calls.call('update', args, limits)
    return { appToken: this.#calls.appToken('update', answer), warnings }
  }

  /**
   * @param {string} id
   * @param {FieldsOptions} [options]
   */
  async delete(id, options) {
    const { limits } = this.#read(options)
    const { args } = guarded(() => this.#rules.identify(id))
    const deadline = this.#calls.deadline({ ...limits, what: 'answer to appToken.delete' })
    try {
      const warnings = await this.#deletionWarnings(deadline, args)
      await this.#deleteWithin(deadline, args)
      return { warnings }
    } finally {
      deadline.settle()
    }
  }

  /**
   * The warnings about a token that is about to be deleted; afterwards it can't be read.
   * @param {Deadline} deadline
   * @param {string} args
   */
  async #deletionWarnings(deadline, args) {
    try {
      const { text } = await this.#calls.callWithin(deadline, 'get', args)
      return this.#rules.deletionWarnings(text)
    } catch (error) {
      // Kaltura decides whether it may be deleted.
      if (/** @type {Partial<AppTokenError>} */ (error).code === codes.KALTURA) return []
      throw error
    }
  }

  /**
   * @param {Deadline} deadline
   * @param {string} args
   */
  async #deleteWithin(deadline, args) {
    const { isDone, text, attempts } = await this.#calls.callWithin(deadline, 'delete', args)
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
    const deadline = this.#calls.deadline({ ...limits, what: 'successor' })
    try {
      const old = await this.#calls.callWithin(deadline, 'get', args)
      const predecessor = this.#calls.appToken('get', old)
      const wanted = guarded(() => this.#core.successor(old.text, Date.now()))
      const made = await this.#calls.callWithin(deadline, 'add', wanted.args)
      const successor = this.#calls.appToken('add', made, true)
      await this.#prove(successor, predecessor, deadline)
      return { predecessor, successor, warnings: wanted.warnings }
    } finally {
      deadline.settle()
    }
  }

  /**
   * Tests a successor by starting a session, and deletes it if that fails.
   * @param {NewAppToken} successor
   * @param {AppToken} predecessor
   * @param {Deadline} deadline
   */
  async #prove({ id, token, hashType }, predecessor, deadline) {
    const { prove, timeoutMs } = this.#settings
    try {
      if (deadline.error) throw deadline.error
      // The deadline ends the call.
      const limits = { timeoutMs: LONGEST_MS, signal: deadline.signal }
      await prove({ appTokenId: id, appToken: token, hashType, ...limits })
    } catch (thrown) {
      const error = /** @type {AppTokenError} */ (deadline.error ?? thrown)
      const { args } = this.#rules.identify(id)
      const rest = this.#calls.deadline({ timeoutMs })
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
        message: `the successor ${id} of ${old} started no session and ${end}; ${old} is unchanged: ${message}`,
        cause,
        // Not retryable, because another try would leave another token.
        retryable: error.retryable && isDeleted,
      })
    }
  }

  /**
   * The filter and pager of a list, read once for all pages.
   * @param {AppTokenFilter} [filter]
   * @param {AppTokenPager} [pager]
   * @param {FieldsOptions} [options]
   */
  async #askedOf(filter = {}, pager = {}, options) {
    const { limits } = this.#read(options)
    const which = withText(/** @type {Record<string, unknown>} */ (ownProperties(filter, 'filter')))
    return { limits, which, where: ownProperties(pager, 'pager') }
  }

  /**
   * @param {Promise<Asked>} asked
   * @param {boolean} all
   * @param {number} further
   */
  async #page(asked, all, further) {
    const { limits, which, where } = await asked
    const rules = this.#rules
    const { args, size, index } = guarded(() => rules.list(which, where, all, further))
    const { text, attempts } = await this.#calls.call('list', args, limits)
    const page = rules.page(text)
    if (!page) throw unusable('list', 'no list of application tokens', attempts)
    const { length } = page.appTokens
    const isLast = !rules.goesOn(size, index, length, page.totalCount)
    if (all && !isLast && index >= rules.mostPages()) {
      throw unusable('list', 'pages without end', attempts)
    }
    return { page, isLast }
  }

  /** The options of a call. */
  #read(options = {}, takesUser = false) {
    const own = /** @type {FieldsOptions} */ (ownProperties(options, 'options'))
    const { signal, timeoutMs = this.#settings.timeoutMs, knownUser = false, ...rest } = own
    const [unknown] = Object.keys(rest).concat('knownUser' in own && !takesUser ? 'knownUser' : [])
    if (unknown !== undefined) throw unknownOption('', unknown)
    if (typeof knownUser !== 'boolean') throw invalid('knownUser', 'true or false')
    return { limits: readLimits({ signal, timeoutMs }), knownUser }
  }
}

/**
 * Lists as Kaltura's text.
 * @param {Record<string, unknown>} filter
 */
function withText(filter) {
  for (const name of Object.keys(filter)) {
    const value = copied(pathOf('filter.', name), filter[name], (entry) => `${entry}`)
    filter[name] = Array.isArray(value) ? value.join(',') : value
  }
  return filter
}
