// Every way in which a value can give away what is in it.

/** Node's, Deno's and Bun's; elsewhere there is none. */
const inspect = globalThis.process?.getBuiltinModule?.('node:util')?.inspect
const EVERYTHING = { showHidden: true, depth: Infinity, maxArrayLength: null, maxStringLength: null }

/** Where it is nobody's own. */
const BUILT_IN = [Object, Error, Array, Function, Map, Set, Promise].map(({ prototype }) => prototype)

/** `[place, text]` for each text that `value` shows, in whichever way it is looked at. */
export function exposures(value) {
  const found = []
  look('', value, found, new Set())
  for (const [place, show] of Object.entries(views)) {
    try {
      look(place, show(value), found, new Set())
    } catch (thrown) {
      look(`${place}, which throws`, thrown, found, new Set())
    }
  }
  return found
}

const views = {
  'String()': (value) => String(value),
  'a template': (value) => `${value}`,
  'JSON.stringify': (value) => JSON.stringify(value),
  'Object.prototype.toString': (value) => Object.prototype.toString.call(value),
  structuredClone: (value) => structuredClone(value),
  ...(inspect ? { inspect: (value) => inspect(value, EVERYTHING) } : {}),
}

/** Own properties and inherited ones, hidden ones and symbols, all the way down. */
function look(place, value, found, seen) {
  if (typeof value === 'symbol') found.push([place, String(value.description)])
  else if (value === null || !['object', 'function'].includes(typeof value)) {
    found.push([place, String(value)])
  } else if (!seen.has(value)) {
    seen.add(value)
    if (ArrayBuffer.isView(value)) found.push([place, new TextDecoder().decode(value)])
    if (value instanceof Map || value instanceof Set) look(`${place}[]`, [...value], found, seen)
    for (let owner = value; owner && !BUILT_IN.includes(owner); owner = Object.getPrototypeOf(owner)) {
      for (const key of Reflect.ownKeys(owner)) {
        const name = `${place}.${String(key)}`
        found.push([name, String(key)])
        let held
        try {
          held = value[key]
        } catch (thrown) {
          held = thrown
        }
        look(name, held, found, seen)
      }
    }
  }
}
