// Standard input, of which several readers may each want a part.
import { text } from 'node:stream/consumers'

let lines

const all = async () => (lines ??= (await text(process.stdin)).split(/\r?\n/))

/** The next line that is not empty; undefined at the end. */
export async function nextLine() {
  const left = await all()
  while (left.length > 0) {
    const line = left.shift()
    if (line !== '') return line
  }
  return undefined
}

/** All that is left. */
export const restOfInput = async () => (await all()).splice(0).join('\n')
