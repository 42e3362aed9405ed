import { ADMINISTRATOR, idOf, managerOf } from './administrator.js'
import { handOver, TOKEN_FILE } from './new-token.js'

/**
 * @import { AppToken, Rotation } from '../../manager/index.js'
 * @import { Called, Options } from '../commands.js'
 */

export const about = `
Makes the successor of an application token, with the same properties and another value, and tests it
by starting a session. The predecessor stays in force until you delete it, so that you have time to
give the successor to every back end.`

export const positional = 'ID'
/** @type {Options} */
export const options = { ...ADMINISTRATOR, ...TOKEN_FILE }

export const examples = [
  'kaltura-app-token tokens rotate 0_ab12cd34 --token-file next-token',
  'kaltura-app-token tokens delete 0_ab12cd34   # once the successor is in use',
]

/** @param {Called} called */
export async function run({ values, positionals, terminal }) {
  const id = idOf(positionals)
  const manager = await managerOf(values, terminal)
  const make = async () => {
    const { successor, predecessor, warnings } = await manager.rotate(id)
    return { appToken: successor, predecessor, warnings }
  }
  /** @param {Omit<Rotation, 'successor'> & { appToken: AppToken }} made */
  const resultOf = ({ appToken: successor, predecessor, warnings }) => ({
    predecessor,
    successor,
    warnings,
  })
  await handOver({ make, resultOf, file: values['token-file'], terminal })
  terminal.note(`${id} is still in force: when the successor is in use, run kaltura-app-token tokens delete ${id}`)
}
