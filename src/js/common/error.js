/** What an error is told that is not copied as it is. */
const BY_SUPER = ['message', 'cause', 'causes']

/**
 * The one error of this package. What it shows is redacted: no token, hash or KS is in it.
 */
export class AppTokenError extends Error {
  constructor(given) {
    const own = (name) => (Object.hasOwn(given, name) ? given[name] : undefined)
    const cause = own('cause') ?? chain(own('causes') ?? [])
    super(own('message'), cause === undefined ? undefined : { cause })
    this.retryable = false
    this.attempts = 0
    for (const name of Object.keys(given)) if (!BY_SUPER.includes(name)) this[name] = given[name]
  }

  static {
    // On the prototype, as the names of the built-in errors are.
    Object.defineProperty(this.prototype, 'name', { value: 'AppTokenError', configurable: true, writable: true })
  }
}

/** Also true of an error from another copy of this package. */
export function isAppTokenError(value) {
  try {
    const { name, code } = value instanceof Error ? value : {}
    return name === 'AppTokenError' && typeof code === 'string' && code.startsWith('ERR_')
  } catch {
    // A proxy that throws at every question.
    return false
  }
}

/** `path` must be `expected`. */
export function invalid(path, expected) {
  return new AppTokenError({
    code: 'ERR_INVALID_OPTIONS',
    message: `${path} must be ${expected}`,
    path,
  })
}

/** Whether a name is shown: one that could be a secret in the wrong place isn't. */
const isShown = (name) => /^(?:[A-Za-z]{1,31}|\w{1,15})$/.test(name)

/** The path of the option `name` behind `prefix`, such as `fallback.`. */
export const pathOf = (prefix, name) =>
  isShown(name) ? prefix + name : prefix.slice(0, -1) || 'options'

/** There is no option `name`; `expected` tells what there is in its place. */
export const unknownOption = (prefix, name, expected = 'left out: there is no such option') =>
  invalid(
    pathOf(prefix, name),
    isShown(name)
      ? expected
      : "without an option that doesn't exist; its name is not shown, as it may be a secret",
  )

/** The error for what the core has thrown: a plain object that describes one, or a trap. */
export function fromCore(thrown) {
  if (thrown instanceof AppTokenError) return thrown
  if (typeof thrown?.code === 'string') return new AppTokenError(thrown)
  const name = thrown instanceof Error ? thrown.name : 'not an Error'
  return new AppTokenError(internal(name))
}

/** The details of a fault of this package's own; `name` is what is known of it. */
export const internal = (name) => ({
  code: 'ERR_INTERNAL',
  message: `internal error (${name}); please report it`,
})

/** The errors behind one, from the outermost. */
function chain(causes) {
  return causes.reduceRight((cause, one) => {
    const { name, code, message } = { __proto__: null, ...one }
    const error = new Error(message, cause === undefined ? undefined : { cause })
    error.name = name
    error.stack = `${name}: ${message}`
    if (code !== undefined) error.code = code
    return error
  }, undefined)
}
