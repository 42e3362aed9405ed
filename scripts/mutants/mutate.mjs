// Small faults in JavaScript, one at a time: what each operator makes of a syntax tree.
import { parse } from 'acorn'

/** An identifier, a header's name and the like: words for people are not worth a test each. */
const IS_NAME = /^[\w$.:/-]{1,40}$/

const COMPARED = { '<': '<=', '<=': '<', '>': '>=', '>=': '>', '===': '!==', '!==': '===' }
const RECKONED = { '-': '+', '*': '/', '/': '*', '%': '*' }
const JOINED = { '&&': '||', '||': '&&' }

/**
 * Every fault in `source`: `{ start, end, text, operator }`, the text that takes the place of what
 * stands between two offsets.
 */
export function mutantsOf(source) {
  const tree = parse(source, { ecmaVersion: 'latest', sourceType: 'module' })
  const found = []
  const slice = ({ start, end }) => source.slice(start, end)
  const add = (operator, { start, end }, text) => {
    if (source.slice(start, end) !== text) found.push({ start, end, text, operator })
  }
  walk(tree, [], (node, parents) => operators[node.type]?.(node, { add, slice, parents, source }))
  return found
}

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
    const other = { '??=': '=', '+=': '-=', '-=': '+=', '*=': '/=' }[operator]
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
    if (/^Import|^Export/.test(parent.type) || isWords(parents)) return
    if (parent.type === 'Property' && parent.key === node && !parent.computed) return
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
    const { type, value, name } = node.argument ?? {}
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

/** A decision that goes one way whatever is asked. */
function decide({ test }, { add }) {
  add('always', test, 'true')
  add('never', test, 'false')
}

/** One entry of a list, or one property, is missing. */
function leaveOut(parts, { add, parents, source }) {
  if (isWords(parents)) return
  for (const part of parts) {
    if (!part || isTold(part)) continue
    const comma = /^\s*,/.exec(source.slice(part.end))?.[0].length ?? 0
    add('without an entry', { start: part.start, end: part.end + comma }, '')
  }
}

const isTold = ({ key }) => key?.name === 'message'

/** Whether it is part of what is said to people. */
function isWords(parents) {
  return parents.some(
    (node) =>
      (node.type === 'CallExpression' && /^(invalid|unusable)$/.test(node.callee.name ?? '')) ||
      (node.type === 'Property' && isTold(node)),
  )
}

const isText = ({ type, value }) => type === 'TemplateLiteral' || (type === 'Literal' && typeof value === 'string')
const isSum = (operator, left, right) => operator === '+' && !isText(left) && !isText(right)

function walk(node, parents, visit) {
  visit(node, parents)
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (typeof child?.type === 'string') walk(child, [...parents, node], visit)
    }
  }
}
