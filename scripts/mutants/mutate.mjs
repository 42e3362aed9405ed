// Small faults in JavaScript, one at a time: what each operator makes of a syntax tree.
import { parse } from 'acorn'

/** @typedef {{ start: number, end: number }} Place */

/**
 * The text that takes the place of what stands between two offsets.
 * @typedef {Place & { text: string, operator: string }} Fault
 */

/**
 * A node of a syntax tree, with what some of the types have; those that an operator is for do have it.
 * @typedef {object} Parts
 * @property {string} type
 * @property {string} operator
 * @property {Node} left
 * @property {Node} right
 * @property {Node} test
 * @property {Node} argument
 * @property {Node} key
 * @property {Node} callee
 * @property {Node} expression
 * @property {Node} object
 * @property {Node} property
 * @property {boolean} computed
 * @property {boolean} optional
 * @property {string} directive
 * @property {string} name
 * @property {unknown} value
 * @property {{ value: { raw: string } }[]} quasis
 * @property {Node[]} expressions
 * @property {Node[]} properties
 * @property {(Node | null)[]} elements
 * @typedef {Place & Parts} Node
 */

/**
 * What an operator works with.
 * @typedef {object} Context
 * @property {(operator: string, place: Place, text: string) => void} add
 * @property {(place: Place) => string} slice
 * @property {Node[]} parents
 * @property {string} source
 */

/** An identifier, a header's name and the like: words for people are not worth a test each. */
const IS_NAME = /^[\w$.:/-]{1,40}$/

/** @type {Record<string, string>} */
const COMPARED = { '<': '<=', '<=': '<', '>': '>=', '>=': '>', '===': '!==', '!==': '===' }
/** @type {Record<string, string>} */
const RECKONED = { '-': '+', '*': '/', '/': '*', '%': '*' }
/** @type {Record<string, string>} */
const ASSIGNED = { '??=': '=', '+=': '-=', '-=': '+=', '*=': '/=' }
/** @type {Record<string, string>} */
const JOINED = { '&&': '||', '||': '&&' }

/**
 * Every fault in `source`: `{ start, end, text, operator }`, the text that takes the place of what
 * stands between two offsets.
 * @param {string} source
 */
export function mutantsOf(source) {
  const tree = /** @type {Node} */ (
    /** @type {object} */ (parse(source, { ecmaVersion: 'latest', sourceType: 'module' }))
  )
  /** @type {Fault[]} */
  const found = []
  /** @param {Place} options */
  const slice = ({ start, end }) => source.slice(start, end)
  /**
   * @param {string} operator
   * @param {Place} options
   * @param {string} text
   */
  const add = (operator, { start, end }, text) => {
    if (source.slice(start, end) !== text) found.push({ start, end, text, operator })
  }
  walk(tree, [], (node, parents) => operators[node.type]?.(node, { add, slice, parents, source }))
  return found
}

/** @type {Record<string, (node: Node, context: Context) => void>} */
const operators = {
  BinaryExpression({ left, operator, right }, { add, slice }) {
    const between = { start: left.end, end: right.start }
    const other = COMPARED[operator] ?? RECKONED[operator] ?? (isSum(operator, left, right) ? '-' : undefined)
    if (other) add('operator', between, slice(between).replace(operator, other))
  },
  LogicalExpression(node, { add, slice }) {
    const { left, operator, right } = node
    const between = { start: left.end, end: right.start }
    if (operator === '??') add('without ??', node, slice(left))
    else add('operator', between, slice(between).replace(operator, JOINED[operator]))
  },
  AssignmentExpression({ left, operator, right }, { add, slice }) {
    const between = { start: left.end, end: right.start }
    const other = ASSIGNED[operator]
    if (other) add('operator', between, slice(between).replace(operator, other))
  },
  IfStatement: decide,
  ConditionalExpression: decide,
  WhileStatement: ({ test }, { add }) => add('never', test, 'false'),
  UnaryExpression(node, { add, slice }) {
    if (node.operator === '!' || node.operator === '-') add('without sign', node, slice(node.argument))
  },
  Literal(node, { add, parents }) {
    const { value } = node
    const parent = parents.at(-1)
    if (/^Import|^Export/.test(parent?.type ?? '') || isWords(parents)) return
    if (parent?.type === 'Property' && parent.key === node && !parent.computed) return
    if (typeof value === 'boolean') add('boolean', node, String(!value))
    else if (typeof value === 'number')
      add('number', node, value === 0 ? '1' : value < 10 ? String(value + 1) : String(value * 10))
    else if (typeof value === 'string' && IS_NAME.test(value)) add('text', node, "''")
  },
  TemplateLiteral({ quasis, expressions }, { add, parents }) {
    if (isWords(parents) || quasis.some(({ value }) => value.raw.includes(' '))) return
    for (const expression of expressions) {
      // With its braces.
      add('text', { start: expression.start - 2, end: expression.end + 1 }, '')
    }
  },
  ExpressionStatement(node, { add }) {
    if (!node.directive && node.expression.callee?.type !== 'Super') add('without a statement', node, ';')
  },
  ThrowStatement: (node, { add }) => add('without a throw', node, ';'),
  BreakStatement: (node, { add }) => add('without a break', node, ';'),
  ContinueStatement: (node, { add }) => add('without a continue', node, ';'),
  ReturnStatement(node, { add }) {
    // Some things are as false as undefined is.
    const { type, value, name } = /** @type {Partial<Node>} */ (node.argument ?? {})
    const isNothing = (type === 'Literal' && !value) || name === 'undefined'
    if (node.argument && type !== 'ObjectExpression' && !isNothing) add('without a result', node, 'return undefined;')
  },
  MemberExpression(node, { add, slice }) {
    if (!node.optional) return
    const between = { start: node.object.end, end: node.property.start }
    const text = slice(between)
    add('without ?.', between, node.computed ? text.replace('?.', '') : text.replace('?.', '.'))
  },
  ObjectExpression: ({ properties }, context) => leaveOut(properties, context),
  ArrayExpression: ({ elements }, context) => leaveOut(elements, context),
}

/**
 * A decision that goes one way whatever is asked.
 * @param {Node} node
 * @param {Context} context
 */
function decide({ test }, { add }) {
  add('always', test, 'true')
  add('never', test, 'false')
}

/**
 * One entry of a list, or one property, is missing.
 * @param {(Node | null)[]} parts
 * @param {Context} context
 */
function leaveOut(parts, { add, parents, source }) {
  if (isWords(parents)) return
  for (const part of parts) {
    if (!part || isTold(part)) continue
    const comma = /^\s*,/.exec(source.slice(part.end))?.[0].length ?? 0
    add('without an entry', { start: part.start, end: part.end + comma }, '')
  }
}

/** @param {Node} node */
const isTold = ({ key }) => key?.name === 'message'

/**
 * Whether it is part of what is said to people.
 * @param {Node[]} parents
 */
function isWords(parents) {
  return parents.some(
    (node) =>
      (node.type === 'CallExpression' && /^(invalid|unusable)$/.test(node.callee.name ?? '')) ||
      (node.type === 'Property' && isTold(node)),
  )
}

/** @param {Node} node */
const isText = ({ type, value }) => type === 'TemplateLiteral' || (type === 'Literal' && typeof value === 'string')
/**
 * @param {string} operator
 * @param {Node} left
 * @param {Node} right
 */
const isSum = (operator, left, right) => operator === '+' && !isText(left) && !isText(right)

/**
 * @param {Node} node
 * @param {Node[]} parents
 * @param {(node: Node, parents: Node[]) => void} visit
 */
function walk(node, parents, visit) {
  visit(node, parents)
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (typeof child?.type === 'string') walk(/** @type {Node} */ (child), [...parents, node], visit)
    }
  }
}
