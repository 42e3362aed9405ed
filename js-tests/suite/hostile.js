// Values that nobody should hand in: each wrong type, and objects that fight back.

/** A proxy that nothing can be done with any more, not even asking whether it is an array. */
/** @param {object} target */
export function revoked(target) {
  const { proxy, revoke } = Proxy.revocable(target, {})
  revoke()
  return proxy
}

const refuse = () => {
  throw new Error('hostile')
}

/** A proxy that throws whatever is done with it. */
export const throwing = (target = {}) =>
  new Proxy(target, Object.fromEntries(Reflect.ownKeys(Reflect).map((trap) => [trap, refuse])))

const cyclic = () => {
  /** @type {Record<string, unknown>} */
  const cycle = { name: 'cycle' }
  cycle.self = cycle
  return cycle
}

/** @param {...string} names */
const refusing = (...names) =>
  Object.create(null, Object.fromEntries(names.map((name) => [name, { get: refuse, enumerable: true }])))

/** `[what it is, the value]`, made anew for each use. */
export const hostileValues = () => [
  ['undefined', undefined],
  ['null', null],
  ['true', true],
  ['false', false],
  ['0', 0],
  ['-1', -1],
  ['1.5', 1.5],
  ['NaN', NaN],
  ['Infinity', Infinity],
  ['a number that is no safe integer', 2 ** 53],
  ['a BigInt', 10n],
  ['a symbol', Symbol('hostile')],
  ['empty text', ''],
  ['text', 'x'],
  ['a lone surrogate', '\ud800'],
  ['a null byte', '\0'],
  ['a very long text', 'x'.repeat(5_000_000)],
  ['__proto__', '__proto__'],
  ['an object', {}],
  ['an object without a prototype', Object.create(null)],
  ['an object of another meaning', { hostile: 1 }],
  ['an object with a __proto__ of its own', JSON.parse('{"__proto__":{"userId":"mallory"}}')],
  ['an array', []],
  ['an array with undefined', [undefined]],
  ['an array with null', [null]],
  ['an array of arrays', [[[[]]]]],
  ['an endless array', new Array(2 ** 32 - 1)],
  ['a function', () => {}],
  ['a class', class {}],
  ['a date', new Date()],
  ['a map', new Map([['a', 1]])],
  ['a regular expression', /x/],
  ['a promise', Promise.resolve('x')],
  ['bytes', new Uint8Array(3)],
  ['text in an object', new String('x')],
  ['an error', new Error('x')],
  ['a cyclic object', cyclic()],
  ['a proxy that throws', throwing()],
  ['a function proxy that throws', throwing(() => {})],
  ['an array proxy that throws', throwing([])],
  ['a revoked proxy', revoked({})],
  ['a revoked array', revoked([])],
  ['a revoked function', revoked(() => {})],
  ['an array with a revoked proxy', [revoked({})]],
  ['an array with an iterator that never ends', endless()],
  ['an object that throws when it becomes text', { toString: refuse, valueOf: refuse, toJSON: refuse }],
  ['an object that throws when it becomes a number', { [Symbol.toPrimitive]: refuse }],
  ['an object whose getters throw', refusing('userId', 'name', 'then', 'length', 'constructor')],
  ['a promise in name only', { then: refuse }],
]

function endless() {
  const array = [{ name: 'edit', values: [] }]
  array[Symbol.iterator] = function* () {
    for (;;) yield { name: 'edit', values: [] }
  }
  return array
}
