// A progress bar on standard error, if that is a terminal.

/** @import { Terminal } from './terminal.js' */

const CELLS = 30
const CLEAR = '\r\x1b[K'

/**
 * @param {Terminal} terminal
 * @param {number} total
 */
export function createProgress(terminal, total) {
  if (!terminal.canDraw) return { step() {}, to() {}, above: (/** @type {() => void} */ write) => write(), end() {} }
  const { stderr } = process
  let done = 0
  const draw = () => {
    const filled = Math.round((CELLS * done) / total)
    const bar = terminal.errStyle('green', '█'.repeat(filled)) + '░'.repeat(CELLS - filled)
    const percent = String(Math.floor((100 * done) / total)).padStart(3)
    stderr.write(`${CLEAR}${bar} ${percent} %  ${done} of ${total}`)
  }
  draw()
  return {
    /** Counts one more. */
    step() {
      done = Math.min(total, done + 1)
      draw()
    },
    /** @param {number} count */
    to(count) {
      done = count
      draw()
    },
    /**
     * Calls `write`, which writes a line above the bar if both are on one terminal.
     * @param {() => void} write
     */
    above(write) {
      if (!process.stdout.isTTY) return write()
      stderr.write(CLEAR)
      write()
      draw()
    },
    end: () => void stderr.write(CLEAR),
  }
}
