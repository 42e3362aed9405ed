// What a real server made, read and judged.
import ks from './ks.json' with { type: 'json' }
import privileges from './privileges.json' with { type: 'json' }

export { ks, privileges }

/**
 * The admin secrets of a partner in ks.json.
 * @param {number} partnerId
 */
export const secretsOf = (partnerId) =>
  /** @type {Record<number, string>} */ (ks.notes.adminSecretsByPartner)[partnerId]?.split(',') ?? []

/**
 * PHP's text of a value.
 * @param {unknown} value
 */
export function phpText(value) {
  if (value === null || value === false) return ''
  return value === true ? '1' : String(value)
}
