// Hands over an application token that was just made. Its value is never shown again.
import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import { fileFailure } from '../failure.js'
import { deliver, keepPrivate, undelivered } from '../output.js'
import { exportLines } from '../shell-lines.js'
import { jsonLine } from '../terminal.js'
import { tokenCard } from './token-card.js'

/**
 * @import { AppToken, AppTokenWarning, NewAppToken } from '../../manager/index.js'
 * @import { Options } from '../commands.js'
 * @import { Terminal } from '../terminal.js'
 */

/** @type {Options} */
export const TOKEN_FILE = {
  'token-file': {
    ...{ type: 'string', value: 'FILE' },
    help: 'write the token to this new file, readable only by its owner, instead of printing it',
  },
}

/** @typedef {{ appToken: NewAppToken, warnings: AppTokenWarning[] }} Made */

/**
 * @template {Made} M
 * @typedef {object} Handing
 * @property {() => Promise<M>} make
 * @property {(made: Omit<M, 'appToken'> & { appToken: AppToken }) => unknown} [resultOf]
 * @property {string | undefined} file
 * @property {Terminal} terminal
 */

/**
 * Makes a token with `make`, and writes it to `file` or standard output. A file that can't be written, or that others can
 * read, is refused before the token is made. `resultOf` returns what `--json` prints.
 * @template {Made} M
 * @param {Handing<M>} handing
 */
export async function handOver({ make, resultOf = (made) => made, file, terminal }) {
  if (file === undefined) keepPrivate()
  const kept = file === undefined ? undefined : reserve(file)
  let made
  try {
    made = await make()
  } catch (error) {
    kept?.drop()
    throw error
  }
  const { appToken, warnings } = made
  for (const { message, path } of warnings) {
    terminal.warn(`${path}: ${message.replace('isolatedSessions', '--isolated')}`)
  }
  kept?.write(appToken)
  const { token, ...properties } = appToken
  /** @param {string} text */
  const print = (text) =>
    deliver(text).catch((error) => {
      // With --token-file the value is in the file.
      if (!kept) throw undelivered(appToken, 'standard output', error)
    })
  if (terminal.json) {
    return print(jsonLine(resultOf({ ...made, appToken: kept ? properties : appToken })))
  }
  if (terminal.isRead) tokenCard(terminal, properties, 'Application token')
  const lines = exportLines({
    KALTURA_APP_TOKEN_ID: appToken.id,
    KALTURA_APP_TOKEN: kept ? undefined : token,
    KALTURA_HASH_TYPE: appToken.hashType,
  })
  await print(`${terminal.isRead ? '\n' : ''}${lines.join('\n')}`)
  if (kept) terminal.note(`the token is in ${file}: use it with --app-token-file ${file}`)
  else terminal.note('the token is a secret and is never shown again: store it where your back end can read it')
}

/** @param {string} file */
function reserve(file) {
  let open
  try {
    open = openSync(file, 'wx', 0o600)
  } catch (error) {
    throw fileFailure('write', file, error)
  }
  return {
    /** @param {NewAppToken} appToken */
    write(appToken) {
      try {
        writeSync(open, `${appToken.token}\n`)
        closeSync(open)
      } catch (error) {
        throw undelivered(appToken, file, error)
      }
    },
    drop() {
      closeSync(open)
      rmSync(file)
    },
  }
}
