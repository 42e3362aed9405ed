// Handing over an application token that was just made: its value is shown this once.
import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import { Failure, fileFailure } from '../failure.js'
import { exportLines } from '../shell-lines.js'
import { tokenCard } from './token-card.js'

export const TOKEN_FILE = {
  'token-file': {
    ...{ type: 'string', value: 'FILE' },
    help: 'write the token there, for nobody else to read, in place of showing it; the file must not be there yet',
  },
}

/**
 * Makes a token by `make`, and hands it over: to `file`, or to standard output. A file that
 * can't be written is found out before anything is made.
 */
export async function handOver({ make, file, terminal }) {
  const kept = file === undefined ? undefined : reserve(file)
  let made
  try {
    made = await make()
  } catch (error) {
    kept?.drop()
    throw error
  }
  const { appToken, warnings } = made
  for (const { message, path } of warnings) terminal.warn(`${path}: ${message}`)
  kept?.write(appToken)
  const { token, ...properties } = appToken
  if (terminal.json) return { ...made, appToken: kept ? properties : appToken }
  if (terminal.isRead) tokenCard(terminal, properties, 'Application token')
  const lines = exportLines({
    KALTURA_APP_TOKEN_ID: appToken.id,
    KALTURA_APP_TOKEN: kept ? undefined : token,
    KALTURA_HASH_TYPE: appToken.hashType,
  })
  terminal.out(`${terminal.isRead ? '\n' : ''}${lines.join('\n')}`)
  if (kept) terminal.note(`the token is in ${file}: --app-token-file ${file}`)
  else
    terminal.note(
      'the token is a secret, and shown this once: keep it where your back end finds it',
    )
  return made
}

function reserve(file) {
  let open
  try {
    open = openSync(file, 'wx', 0o600)
  } catch (error) {
    throw fileFailure('write', file, error)
  }
  return {
    write({ id, token }) {
      try {
        writeSync(open, `${token}\n`)
        closeSync(open)
      } catch (error) {
        // A full disk, say: the token is there, and nobody has its value.
        throw new Failure(`${id} was made, but can't be written to ${file} (${error.code})`, {
          ...{ code: 'ERR_FILE', exitCode: 1 },
          hint: `kaltura-app-token tokens delete ${id}, then make another`,
        })
      }
    },
    drop() {
      closeSync(open)
      rmSync(file)
    },
  }
}
