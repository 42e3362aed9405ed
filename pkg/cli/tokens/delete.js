import { Failure, usage } from '../failure.js'
import { confirm } from '../prompt.js'
import { ADMINISTRATOR, idOf, managerOf } from './administrator.js'
import { tokenCard } from './token-card.js'

export const about = `
Deletes an application token. All its sessions end at once, and it can't be brought back. It
asks before; where there is nobody to ask, --yes is needed.`

export const positional = 'ID'
export const options = {
  ...ADMINISTRATOR,
  yes: { type: 'boolean', short: 'y', help: "don't ask" },
}
export const examples = ['kaltura-app-token tokens delete 0_ab12cd34']

export async function run({ values, positionals, terminal }) {
  const id = idOf(positionals)
  if (!values.yes && !terminal.canAsk)
    throw usage('nothing was deleted: there is nobody to ask', 'say --yes')
  const manager = await managerOf(values, terminal)
  if (!values.yes) await askFirst(await manager.get(id), terminal)
  await manager.delete(id)
  if (terminal.json) terminal.result({ deleted: id })
  else terminal.out(`${id} is deleted; its sessions have ended`)
}

async function askFirst(appToken, terminal) {
  if (!terminal.json) tokenCard(terminal, appToken, 'To be deleted')
  if (await confirm("Delete it? Its sessions end at once, and it can't be brought back.")) return
  throw new Failure('nothing was deleted', { code: 'ERR_DECLINED' })
}
