import { DECLINED, Failure, usage } from '../failure.js'
import { confirm } from '../prompt.js'
import { isIsolated } from '../rules.js'
import { ADMINISTRATOR, idOf, managerOf } from './administrator.js'
import { tokenCard } from './token-card.js'

/**
 * @import { AppToken } from '../../manager/index.js'
 * @import { Called, Options } from '../commands.js'
 * @import { Terminal } from '../terminal.js'
 */

export const about = `
Deletes an application token. All its sessions end at once, except isolated ones (sessionid:*). This
can't be undone. Asks for confirmation; without a terminal, --yes is required.`

export const positional = 'ID'
/** @type {Options} */
export const options = {
  ...ADMINISTRATOR,
  yes: { type: 'boolean', short: 'y', help: "don't ask for confirmation" },
}
export const examples = ['kaltura-app-token tokens delete 0_ab12cd34']

/** @param {Called} called */
export async function run({ values, positionals, terminal }) {
  const id = idOf(positionals)
  if (!values.yes && !terminal.canAsk)
    throw usage('nothing was deleted: there is no terminal to ask for confirmation', 'use --yes')
  const manager = await managerOf(values, terminal)
  if (!values.yes) await askFirst(await manager.get(id), terminal)
  const { warnings } = await manager.delete(id)
  if (terminal.json) return terminal.result({ deleted: id, warnings })
  terminal.out(warnings.length > 0 ? `${id} is deleted` : `${id} is deleted; its sessions have ended`)
  for (const { message } of warnings) terminal.warn(message)
}

/**
 * @param {AppToken} appToken
 * @param {Terminal} terminal
 */
async function askFirst(appToken, terminal) {
  if (!terminal.json) tokenCard(terminal, appToken, 'This will be deleted')
  const end = isIsolated(appToken.sessionPrivileges)
    ? 'Its isolated sessions live on until they expire; the others end at once'
    : 'Its sessions end at once'
  if (await confirm(`Delete it? ${end}. This can't be undone.`)) return
  throw new Failure('nothing was deleted', { code: DECLINED })
}
