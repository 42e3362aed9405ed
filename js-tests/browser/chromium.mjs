// Where a Chromium is found: named by CHROME_PATH, on the PATH, or else Debian's.
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { installDebianPackage } from '../debian.mjs'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome']

/** The path of a Chromium; it is installed where there is none. */
export async function findChromium() {
  const named = process.env.CHROME_PATH
  if (named) {
    if (!existsSync(named)) throw new Error(`CHROME_PATH is ${named}, where there is nothing`)
    return named
  }
  const found = onPath()
  if (found) return found
  await installDebianPackage(
    'chromium',
    `there is no Chromium: neither CHROME_PATH nor, on the PATH, ${NAMES.join(', ')}`,
  )
  const installed = onPath()
  if (!installed) throw new Error("Debian's chromium is installed, but not on the PATH")
  return installed
}

function onPath() {
  const folders = (process.env.PATH ?? '').split(delimiter)
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(existsSync)
}
