// Runs a command for arguments, and converts the result to an exit code.
import { createRequire } from 'node:module'
import { parse } from './arguments.js'
import { commands, find } from './commands.js'
import { Failure, usage } from './failure.js'
import { helpOf, overview } from './help.js'
import { createTerminal } from './terminal.js'

/** @import { Terminal } from './terminal.js' */

/**
 * Runs `args`; returns the exit code.
 * @param {string[]} args
 */
export async function main(args) {
  const terminal = createTerminal({ json: args.includes('--json') })
  try {
    return Number((await carryOut(args, terminal)) ?? 0)
  } catch (error) {
    const failure = Failure.of(error)
    terminal.fail(failure)
    return failure.exitCode
  }
}

/**
 * @param {string[]} args
 * @param {Terminal} terminal
 */
async function carryOut(args, terminal) {
  const found = find(args)
  if (!found) return without(args, terminal)
  const command = await commands[found.name].load()
  const { values, positionals } = parse(command, found.rest)
  if (values.help) return terminal.out(helpOf(found.name, command))
  return command.run({ values, positionals, terminal })
}

/**
 * Handles arguments without a command.
 * @param {string[]} args
 * @param {Terminal} terminal
 */
function without(args, terminal) {
  const words = args.filter((arg) => !arg.startsWith('-'))
  /** @param {...string} names */
  const wants = (...names) => args.some((arg) => names.includes(arg))
  if (wants('--version', '-V') && words.length === 0) return terminal.out(version())
  const within = words[0] === 'tokens' ? 'tokens' : undefined
  if (wants('--help', '-h') || words[0] === 'help') return terminal.out(overview(commands, within))
  // The word is not shown, because it may be a misplaced secret.
  const problem = words.length > (within ? 1 : 0) ? 'unknown command' : 'no command'
  const names = Object.keys(commands).filter((name) => !within || name.startsWith(within))
  throw usage(problem, `the first argument must be one of: ${names.join(', ')}; --help describes them`)
}

const version = () => createRequire(import.meta.url)('../../package.json').version
