import { APP_TOKEN, CONNECTION } from './options.js'
import { examine } from './doctor/examine.js'
import { printable } from './terminal.js'
import { wrapped } from './wrap.js'

/**
 * @import { Called, Options } from './commands.js'
 * @import { Check } from './doctor/examine.js'
 * @import { Format, Style, Terminal } from './terminal.js'
 */

export const about = `
Starts a session, uses it once, and says what is wrong and what to do about it. Checks the settings,
the service URL, the network, this machine's clock, the application token, its hash type, and what
its sessions may do. Discards the session. The exit code is 0 if no problem was found.`

/** @type {Options} */
export const options = { ...CONNECTION, ...APP_TOKEN }

export const examples = ['kaltura-app-token doctor', 'kaltura-app-token doctor --json']

/** @type {Record<Check['status'], [word: string, format: Format]>} */
const WORDS = { ok: ['ok', 'green'], warning: ['warning', 'yellow'], failed: ['FAILED', 'red'] }
const COLUMN = 19

/** @param {Called} called */
export async function run({ values, terminal }) {
  const checks = []
  for await (const check of examine(values, terminal)) {
    checks.push(check)
    if (!terminal.json) show(check, terminal)
  }
  const ok = checks.every(({ status }) => status !== 'failed')
  if (terminal.json) terminal.result({ ok, checks })
  else terminal.out(`\n${verdict(checks, terminal.style)}`)
  return ok ? 0 : 1
}

/**
 * @param {Check} check
 * @param {Terminal} terminal
 */
function show({ name, status, message, fix, lines = [] }, { out, style, width }) {
  const [word, format] = WORDS[status]
  const room = width - COLUMN - 11
  const indent = ' '.repeat(COLUMN + 11)
  const text = [message, ...lines].flatMap((line) => wrapped(printable(line), room))
  const advice = fix ? wrapped(`To do: ${printable(fix)}`, room) : []
  const [first, ...rest] = [...text, ...advice.map((line) => style('bold', line))]
  out(`  ${style(format, word.padEnd(7))}  ${name.padEnd(COLUMN)}${first}`)
  for (const line of rest) out(indent + line)
}

/**
 * @param {Check[]} checks
 * @param {Style} style
 */
function verdict(checks, style) {
  /** @param {Check['status']} wanted */
  const count = (wanted) => checks.filter(({ status }) => status === wanted).length
  const problems = count('failed')
  if (problems > 0) return style('red', `${problems} problem${problems > 1 ? 's' : ''} found.`)
  if (count('warning') > 0) return style('yellow', 'It works. Read the warnings.')
  return style('green', 'No problems found.')
}
