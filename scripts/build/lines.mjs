// Breaks code without white space into lines: when a statement throws, Node prints its whole line.
import { parse } from 'acorn'

/** @typedef {import('acorn').Node & { [field: string]: any }} Node */

/** A line that is longer is broken where possible. */
const LONG = 120

/** A block of one statement that is no longer than this stays in its line. */
const SHORT = 60

/** A line break after one of these never changes the meaning. */
const BREAKABLE = new Set([',', '(', '[', '{', '?', ':', '=>', '&&', '||', '??', ';'])

/**
 * Returns `code` with each statement in a line of its own, and long lines broken where possible.
 * @param {string} code
 */
export function inLines(code) {
  /** @type {import('acorn').Token[]} */
  const tokens = []
  const tree = parse(code, { ecmaVersion: 'latest', sourceType: 'module', allowHashBang: true, onToken: tokens })
  /** @type {Set<number>} */
  const starts = new Set()
  findStarts(tree, starts)
  return linesOf(code, tokens, starts).join('\n')
}

/**
 * The statements or members in `node`, each of which begins a line.
 * @param {Node} node
 * @returns {Node[]}
 */
function partsOf({ type, body, cases, consequent }) {
  if (type === 'SwitchStatement') return cases
  if (type === 'SwitchCase') return consequent
  return Array.isArray(body) ? body : []
}

/**
 * @param {Node} node
 * @param {Set<number>} starts
 */
function findStarts(node, starts) {
  const parts = partsOf(node)
  const hasBraces = node.type !== 'Program' && node.type !== 'SwitchCase'
  const isShort = hasBraces && parts.length === 1 && node.end - node.start <= SHORT
  if (parts.length > 0 && !isShort) {
    for (const { start } of parts) starts.add(start)
    if (hasBraces) starts.add(node.end - 1)
  }
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (typeof child?.type === 'string') findStarts(child, starts)
    }
  }
}

/**
 * @param {string} code
 * @param {import('acorn').Token[]} tokens
 * @param {Set<number>} starts
 */
function linesOf(code, tokens, starts) {
  /** @type {string[]} */
  const lines = []
  let from = 0
  let breakable = 0
  for (const { start, end, type } of tokens) {
    let at = 0
    if (starts.has(start)) at = start
    else if (end - from > LONG) at = breakable
    if (at > from) {
      lines.push(code.slice(from, at).trimEnd())
      from = at
    }
    if (BREAKABLE.has(code.slice(start, end)) && type.label !== 'template') breakable = end
  }
  lines.push(code.slice(from))
  return lines
}
