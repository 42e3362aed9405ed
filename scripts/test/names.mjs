// Type names occur once in the crate, so that they are unambiguous.
import { rustFiles } from './layers.mjs'

/**
 * Throws if two types of src have one name.
 * @param {string} root
 */
export function typesAreNamedOnce(root) {
  const places = new Map()
  for (const { path, code } of rustFiles(root)) {
    // What is further in than the beginning of a line is associated.
    for (const [, name] of code.matchAll(/^(?:pub(?:\([^)]*\))? )?(?:struct|enum|trait|type|union) (\w+)/gm)) {
      places.set(name, [...(places.get(name) ?? []), path])
    }
  }
  const twice = [...places].filter(([, paths]) => paths.length > 1)
  const found = twice.map(([name, paths]) => `${name} is the name of ${paths.length} types: ${paths.join(', ')}`)
  if (found.length > 0) throw new Error(found.join('\n'))
  return `${places.size} types`
}
