// Lines that set a shell's environment, for `eval` or to be copied.
import { hexOf } from '../common/hex.js'

/**
 * `export NAME=value` for each; what is undefined is left out.
 * @param {Record<string, unknown>} variables
 */
export const exportLines = (variables) =>
  Object.entries(variables)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `export ${name}=${quoted(String(value))}`)

/**
 * `value` as one word of a shell's.
 * @param {string} value
 */
function quoted(value) {
  if (/^[\w.:/@%+=,-]+$/.test(value)) return value
  if (!/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(value)) return `'${value.replaceAll("'", "'\\''")}'`
  // No plain quotes keep a terminal from obeying these.
  const bytes = [...new TextEncoder().encode(value)]
  return `$'${bytes.map((byte) => `\\x${hexOf(Uint8Array.of(byte))}`).join('')}'`
}
