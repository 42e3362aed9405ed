// What is installed can be read where a program fails: in a stack trace, and in a log.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { node, NODE_VERSIONS } from '../runtimes/index.mjs'
import { test } from '../suite/harness.js'
import { project } from './project.mjs'

/** Neither Node nor we should print a longer line. */
const LONGEST = 300

const UNCAUGHT = `import { createSessionProvider } from 'kaltura-app-token'

createSessionProvider({ partnerId: 102, appTokenId: 'nonsense', appToken: 'nonsense', nonsense: true })
`

/** What a program that fails has printed. */
const printedBy = (running) =>
  running.then(
    () => {
      throw new Error('the program did not fail')
    },
    ({ message }) => message,
  )

for (const version of NODE_VERSIONS) {
  test(`an uncaught error on Node ${version} names its class and functions, in short lines`, async (t) => {
    const installed = await project({ 'start.mjs': UNCAUGHT })
    const printed = await printedBy(installed.run(node(version), ['start.mjs']))
    const lines = printed.split('\n')
    t.match(printed, /^AppTokenError: /m)
    t.match(printed, /^ +at (\w+\.)?createSessionProvider \(/m)
    const long = lines.find((line) => line.length > LONGEST)
    t.ok(long === undefined, long)
    // Functions of the package with names that minifiers give.
    const short = lines.find((line) => /^ +at (new )?\w{1,2} \(.*kaltura-app-token/.test(line))
    t.ok(short === undefined, short)
  })
}

test('what the package makes is logged by its name', async (t) => {
  const program = `import { inspect } from 'node:util'
import { AppTokenError, createAppTokenManager, createSessionProvider } from 'kaltura-app-token'
const options = { partnerId: 102, appTokenId: '0_c6eputqa', appToken: 'c6eputqac6eputqac6eputqac6eputqa' }
console.log(inspect(createSessionProvider(options)))
console.log(inspect(createAppTokenManager({ partnerId: 102, adminSecret: options.appToken })))
console.log(AppTokenError.name)
`
  const installed = await project({ 'log.mjs': program })
  const printed = await installed.run(node(20), ['log.mjs'])
  t.deepEqual(printed.trim().split('\n'), ['SessionProvider {}', 'AppTokenManager {}', 'AppTokenError'])
})

test('no line of the JavaScript that is installed is long, but for the modules in it', async (t) => {
  const { folder } = await project({})
  const pkg = join(folder, 'node_modules/kaltura-app-token/pkg')
  const files = readdirSync(pkg, { recursive: true }).filter((name) => /\.js$/.test(name))
  const isLong = (name) =>
    readFileSync(join(pkg, name), 'utf8')
      .split('\n')
      .some((line) => line.length > LONGEST)
  t.deepEqual(
    files.filter((name) => !name.endsWith('inline.js') && isLong(name)),
    [],
  )
})
