// Shared by all commands that manage application tokens.
import { createAppTokenManager } from '../../entries/index.js'
import { usage } from '../failure.js'
import { connectionOf, CONNECTION, need } from '../options.js'
import { fileOption, findSecret, needSecret, SECRETS } from '../secrets.js'

/**
 * @import { ManagerOptions } from '../../manager/index.js'
 * @import { Options, Values } from '../commands.js'
 * @import { Terminal } from '../terminal.js'
 */

/** @type {Options} */
export const ADMINISTRATOR = {
  ...CONNECTION,
  ...fileOption(SECRETS.adminSecret),
  ...fileOption(SECRETS.ks, 'KS of an administrator, in place of the admin secret'),
}

/**
 * Makes a manager with the admin secret or an administrator's KS.
 * @param {Values} values
 * @param {Terminal} terminal
 */
export async function managerOf(values, terminal) {
  need(values, ['partner-id'])
  const options = { ...connectionOf(values), ...(await rightOf(values, terminal)) }
  return createAppTokenManager(/** @type {ManagerOptions} */ (options))
}

/**
 * @param {Values} values
 * @param {Terminal} terminal
 */
async function rightOf(values, terminal) {
  const from = { values, terminal, asked: false }
  // A named file is intended; a KS in the environment may be for something else.
  if (values[SECRETS.ks.file] !== undefined) return { ks: await needSecret(SECRETS.ks, from) }
  const adminSecret = await findSecret(SECRETS.adminSecret, from)
  if (adminSecret !== undefined) return { adminSecret }
  const ks = await findSecret(SECRETS.ks, from)
  if (ks !== undefined) return { ks }
  return { adminSecret: await needSecret(SECRETS.adminSecret, { values, terminal }) }
}

/**
 * The id that a command is about.
 * @param {string[]} pair
 */
export function idOf([id]) {
  if (id === undefined)
    throw usage('the id of the application token is missing', 'give an id such as 0_ab12cd34; tokens list shows them')
  return id
}
