// Makes names short, except those of functions and classes, which stack traces and logs show.
import { parse } from 'acorn'

/** @typedef {import('acorn').Node & { [field: string]: any }} Node */

/** Names made short have fewer letters; those that wasm-bindgen makes of types have more, up to 150. */
const SHOWN = /^.{3,50}$/

/**
 * Returns `short` with the names of functions and classes as they are in `plain`. `short` is the same code
 * as `plain` with all names made short: both have the same syntax tree. No name that is kept can collide
 * with a short one, because it is longer.
 * @param {string} plain
 * @param {string} short
 */
export function withShownNames(plain, short) {
  const [was, is] = [plain, short].map(parsed)
  const shown = shownNames(was)
  /** @type {Map<number, { end: number, text: string }>} */
  const edits = new Map()
  visitBoth(was, is, (before, after) => {
    if (before.type !== after.type) throw new Error('esbuild has changed more than names')
    const name = nameIn(before)
    if (name === undefined || plain.slice(before.start, before.end) === short.slice(after.start, after.end)) return
    if (shown.has(after.name)) throw new Error(`${after.name} is a short name and that of a function`)
    if (shown.has(name.replace('#', '')) && !edits.has(after.start))
      edits.set(after.start, { end: after.end, text: name })
  })
  return edited(short, edits)
}

/**
 * @param {string} code
 * @returns {Node}
 */
const parsed = (code) => parse(code, { ecmaVersion: 'latest', sourceType: 'module', allowHashBang: true })

/** @param {Node} node */
const isName = ({ type }) => type === 'Identifier' || type === 'PrivateIdentifier'

/**
 * The name that is all of `node`, as `name`, or as `{ name }` in an object or a list of imports or exports.
 * @param {Node} node
 * @returns {string | undefined}
 */
function nameIn({ type, name, shorthand, value, local, imported, exported }) {
  if (type === 'Identifier') return name
  if (type === 'PrivateIdentifier') return `#${name}`
  if (type === 'Property') return shorthand && isName(value) ? value.name : undefined
  const other = imported ?? exported
  return local && other && local.name === other.name ? local.name : undefined
}

/** @param {Node} tree */
function shownNames(tree) {
  /** @type {Set<string>} */
  const names = new Set()
  visitBoth(tree, tree, (node) => {
    const [id, value] = nameAndValue(node)
    if (id && isName(id) && /Function|Class/.test(value?.type ?? '')) names.add(id.name)
  })
  return new Set([...names].filter((name) => SHOWN.test(name)))
}

/**
 * What `node` names, and by which name.
 * @param {Node} node
 * @returns {[name: Node | undefined, value: Node | undefined]}
 */
function nameAndValue(node) {
  if (node.type === 'VariableDeclarator') return [node.id, node.init]
  if (node.type === 'AssignmentExpression') return [node.left, node.right]
  if (node.type === 'MethodDefinition') return [node.key, node.value]
  return [node.id, node]
}

/**
 * Visits the nodes of two trees of the same shape in pairs.
 * @param {Node} one
 * @param {Node} other
 * @param {(one: Node, other: Node) => void} visit
 */
function visitBoth(one, other, visit) {
  visit(one, other)
  for (const [field, value] of Object.entries(one)) {
    const [ones, others] = [value, other[field]].map((it) => (Array.isArray(it) ? it : [it]))
    for (const [index, child] of ones.entries()) {
      if (typeof child?.type === 'string') visitBoth(child, others[index], visit)
    }
  }
}

/**
 * @param {string} text
 * @param {Map<number, { end: number, text: string }>} edits
 */
function edited(text, edits) {
  const parts = []
  let from = 0
  for (const [start, edit] of [...edits].sort(([a], [b]) => a - b)) {
    if (start < from) continue
    parts.push(text.slice(from, start), edit.text)
    from = edit.end
  }
  return [...parts, text.slice(from)].join('')
}
