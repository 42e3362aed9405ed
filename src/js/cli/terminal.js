// Output for people: formatted on a terminal, and plain text or JSON elsewhere.
import { USAGE } from './failure.js'
import { styleText } from 'node:util'
import { wrapped } from './wrap.js'

/** @import { Failure } from './failure.js' */

/** @typedef {ReturnType<typeof createTerminal>} Terminal */
/** @typedef {Parameters<typeof styleText>[0]} Format */
/** @typedef {(format: Format, text: string) => string} Style */

/**
 * A line of a card's value, or a note about the line above it.
 * @typedef {string | { note: string }} Part
 */

/** @typedef {[name: string, value: Part | Part[] | undefined]} Row */

const NARROW = 60
const WIDE = 100

/** @param {{ json: boolean }} options */
export function createTerminal({ json }) {
  const { stdout, stderr, stdin } = process
  /** @param {NodeJS.WriteStream} stream */
  const styled = (stream) => stream.isTTY && !process.env.NO_COLOR && process.env.TERM !== 'dumb'
  /** @param {NodeJS.WriteStream} stream */
  const stylist = (stream) => {
    const isStyled = styled(stream)
    return (/** @type {Format} */ format, /** @type {string} */ text) =>
      isStyled ? styleText(format, text, { validateStream: false }) : text
  }
  const style = stylist(stdout)
  const errStyle = stylist(stderr)
  /** @param {string} text */
  const out = (text) => void stdout.write(`${text}\n`)
  /** @param {string} text */
  const err = (text) => void stderr.write(`${text}\n`)
  /** @param {NodeJS.WriteStream} stream */
  const widthOf = (stream) => (stream.isTTY ? Math.min(WIDE, Math.max(NARROW, stream.columns || 80)) : Infinity)

  /**
   * Prints a word, and a text in lines that fit.
   * @param {string} word
   * @param {Format} format
   * @param {string} text
   * @param {string} [hint]
   */
  const notice = (word, format, text, hint) => {
    const indent = ' '.repeat(word.length + 2)
    const lines = [text, hint].filter(Boolean).map((part) => printable(part))
    const all = lines.flatMap((line) => wrapped(line, widthOf(stderr) - indent.length))
    err(all.map((line, i) => (i === 0 ? `${errStyle(format, `${word}:`)} ${line}` : indent + line)).join('\n'))
  }

  return {
    json,
    /** Whether standard output is for a person. */
    isRead: Boolean(stdout.isTTY) && !json,
    /** Whether prompts are possible. */
    canAsk: Boolean(stdin.isTTY && stderr.isTTY),
    /** Whether standard error can show a progress bar. */
    canDraw: Boolean(stderr.isTTY) && !json && process.env.TERM !== 'dumb',
    width: widthOf(stdout),
    style,
    errStyle,
    out,
    err,
    /** @param {unknown} value */
    result: (value) => out(jsonLine(value)),
    /** @param {string} text */
    warn(text) {
      if (json) err(jsonLine({ warning: text }))
      else notice('warning', 'yellow', text)
    },
    /**
     * Prints a note, for people only.
     * @param {string} text
     */
    note(text) {
      if (!json) notice('note', 'dim', text)
    },
    /** @param {Failure} failure */
    fail(failure) {
      if (json) return err(jsonLine({ error: failure }))
      const code = `${failure.details.kalturaCode ?? failure.code}`
      const isTold = code === USAGE || failure.message.includes(code)
      const says = isTold ? failure.message : `${failure.message} [${code}]`
      return notice('error', 'red', says, failure.hint)
    },
  }
}

/** Characters that a terminal would obey, or that hide or reverse text, including bidi controls and tags. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

/**
 * Makes foreign text safe to show.
 * @param {unknown} text
 */
export const printable = (text) =>
  String(text).replaceAll(UNPRINTABLE, (char) => (char === '\n' ? ' ' : `\\u{${char.codePointAt(0)?.toString(16)}}`))

/**
 * JSON in one line, safe to show, with more characters escaped.
 * @param {unknown} value
 */
export const jsonLine = (value) =>
  JSON.stringify(value).replaceAll(UNPRINTABLE, (char) =>
    char.replaceAll(/./gs, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
  )

/**
 * Prints names and values line by line. A value may be a list of lines and of `{ note }`, which explains the line above
 * it.
 * @param {Terminal} terminal
 * @param {string} title
 * @param {Row[]} rows
 */
export function card(terminal, title, rows) {
  const { out, style, width } = terminal
  const shown = rows.filter(([, value]) => value !== undefined)
  const column = Math.max(...shown.map(([name]) => name.length))
  out(style('bold', title))
  for (const [name, value] of shown) {
    const parts = /** @type {Part[]} */ ([value].flat())
    const lines = parts.flatMap((part) => linesOf(part, width - column - 4, style))
    const head = style('dim', name.padEnd(column))
    lines.forEach((line, i) => out(`  ${i === 0 ? head : ' '.repeat(column)}  ${line}`))
  }
}

/**
 * @param {Part} part
 * @param {number} room
 * @param {Style} style
 */
function linesOf(part, room, style) {
  if (typeof part === 'string') return wrapped(part, room)
  return wrapped(part.note, room - 2).map((line) => `  ${style('dim', line)}`)
}
