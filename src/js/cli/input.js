// Standard input, which several readers share.
import { text } from 'node:stream/consumers'

let lines

const all = async () => (lines ??= (await text(process.stdin)).split(/\r?\n/))

/** Returns the next line that is not empty; undefined at the end. */
export async function nextLine() {
  const left = await all()
  while (left.length > 0) {
    const line = left.shift()
    if (line !== '') return line
  }
  return undefined
}

/** Returns the rest. */
export const restOfInput = async () => (await all()).splice(0).join('\n')
