// npm run fuzz [-- --seconds=60] [TARGET…]: the fuzzers, one after the other, from the inputs of
// fuzz/corpus.zip on. What one finds is in fuzz/artifacts.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { installPackages } from './build/npm.mjs'
import { run } from './build/process.mjs'

const VERSION = '0.13.2'

const root = fileURLToPath(new URL('..', import.meta.url))
const fuzz = join(root, 'fuzz')
const { values, positionals } = parseArgs({
  options: { seconds: { type: 'string', default: '60' } },
  allowPositionals: true,
})
const all = [...readFileSync(join(fuzz, 'Cargo.toml'), 'utf8').matchAll(/^path = "fuzz_targets\/(\w+)\.rs"$/gm)]
const targets = all.map(([, name]) => name)
const unknown = positionals.filter((name) => !targets.includes(name))
if (unknown.length > 0) {
  console.error(`there is no target ${unknown.join(', ')}; there are ${targets.join(', ')}`)
  process.exit(2)
}

const tools = join(root, '.tools', `cargo-fuzz-${VERSION}`)
if (!existsSync(join(tools, 'bin/cargo-fuzz'))) {
  console.log(`installing cargo-fuzz ${VERSION}`)
  await run('cargo', ['install', 'cargo-fuzz', '--locked', '--version', VERSION, '--root', tools])
}
await installPackages(root, console.log)
await run(process.execPath, [join(fuzz, 'corpus.mjs'), 'unpack'])
for (const target of positionals.length > 0 ? positionals : targets) {
  const limits = ['-max_len=1000000', `-max_total_time=${values.seconds}`, '-print_final_stats=1']
  const said = await run(join(tools, 'bin/cargo-fuzz'), ['run', '-s', 'none', target, '--', ...limits], {
    cwd: fuzz,
    // A stable toolchain does.
    env: { RUSTC_BOOTSTRAP: '1' },
  })
  console.log(`${target}: ${said.match(/number_of_executed_units: *(\d+)/)?.[1]} inputs, nothing found`)
}
