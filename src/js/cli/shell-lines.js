// Lines that set environment variables in a shell, for `eval` or for copying.
import { hexOf } from '../common/hex.js'

/**
 * `export NAME=value` for each; undefined values are omitted.
 * @param {Record<string, unknown>} variables
 */
export const exportLines = (variables) =>
  Object.entries(variables)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `export ${name}=${quoted(String(value))}`)

/**
 * Quotes `value` as one shell word.
 * @param {string} value
 */
function quoted(value) {
  if (/^[\w.:/@%+=,-]+$/.test(value)) return value
  if (!/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(value)) return `'${value.replaceAll("'", "'\\''")}'`
  // Escaped, because a terminal would obey control characters even in quotes.
  const bytes = [...new TextEncoder().encode(value)]
  return `$'${bytes.map((byte) => `\\x${hexOf(Uint8Array.of(byte))}`).join('')}'`
}
