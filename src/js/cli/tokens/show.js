import { ADMINISTRATOR, idOf, managerOf } from './administrator.js'
import { tokenCard } from './token-card.js'

/** @import { Called, Options } from '../commands.js' */

export const about = `
Shows an application token: which user's sessions it starts, and what they may do. Its value is not
shown.`

export const positional = 'ID'
/** @type {Options} */
export const options = ADMINISTRATOR
export const examples = ['kaltura-app-token tokens show 0_ab12cd34']

/** @param {Called} called */
export async function run({ values, positionals, terminal }) {
  const id = idOf(positionals)
  const manager = await managerOf(values, terminal)
  const appToken = await manager.get(id)
  if (terminal.json) terminal.result(appToken)
  else tokenCard(terminal, appToken, 'Application token')
}
