// The text of --help.
import { COMMON } from './arguments.js'
import { EXIT_CODES } from './failure.js'
import { wrapped } from './wrap.js'

/** @import { Command, Commands } from './commands.js' */

const WIDTH = 80
const PROGRAM = 'kaltura-app-token'

/**
 * The help of all `commands`, or of those that begin with `word`.
 * @param {Commands} commands
 * @param {string | undefined} word
 */
export function overview(commands, word) {
  const names = Object.keys(commands).filter((name) => !word || name.startsWith(`${word} `))
  return [
    `Usage: ${PROGRAM} ${word ? `${word} ` : ''}COMMAND [options]`,
    'Kaltura sessions from application tokens.',
    section(
      'Commands',
      names.map((name) => [name, commands[name].summary]),
    ),
    section('Options', [
      ['COMMAND --help', 'show the help of a command, with an example'],
      ...(word ? [] : [['--version', 'print the version of this package']]),
    ]),
    'Secrets come from the environment, from files, or from a prompt without echo;\n' +
      'never from arguments, which are visible in process lists.',
    exitCodes(),
    section('Try it', [
      [`${PROGRAM} emulator`, 'in one terminal'],
      [`${PROGRAM} tokens add --user-id ada`, 'in another, after setting the variables that the first one prints'],
      [`${PROGRAM} start`, 'after setting the variables that the second one prints'],
    ]),
  ].join('\n\n')
}

/**
 * The help of one command.
 * @param {string} name
 * @param {Command} command
 */
export function helpOf(name, { about, positional, options, examples }) {
  const synopsis = [PROGRAM, name, positional, '[options]']
  const shown = Object.entries({ ...options, ...COMMON }).map(([option, { short, value, env, help }]) => [
    `${short ? `-${short}, ` : ''}--${option}${value ? ` ${value}` : ''}`,
    env ? `${help} (${env})` : help,
  ])
  return [
    `Usage: ${synopsis.filter(Boolean).join(' ')}`,
    wrapped(about.trim().replaceAll('\n', ' '), WIDTH).join('\n'),
    section('Options, and environment variables in their place', shown),
    exitCodes(),
    `Example:\n${examples.map((line) => `  $ ${line}`).join('\n')}`,
  ].join('\n\n')
}

const exitCodes = () => section('Exit codes', Object.entries(EXIT_CODES))

/**
 * A title, and rows of a name and what it means.
 * @param {string} title
 * @param {string[][]} rows
 */
function section(title, rows) {
  const width = Math.min(28, Math.max(...rows.map(([name]) => name.length)))
  const lines = rows.flatMap(([name, text]) => {
    const [first, ...rest] = wrapped(text, WIDTH - width - 4)
    const indent = ' '.repeat(width + 4)
    const head = name.length > width ? [`  ${name}`, `${indent}${first}`] : [`  ${name.padEnd(width)}  ${first}`]
    return [...head, ...rest.map((line) => indent + line)]
  })
  return `${title}:\n${lines.join('\n')}`
}
