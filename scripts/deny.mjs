// npm run deny: licences, sources, doubles and advisories of all crates, as deny.toml has it.
//
//   npm run deny -- licenses bans sources    leaves out the advisories, which are fetched
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run } from './build/process.mjs'

const VERSION = '0.20.2'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = join(root, '.tools', `cargo-deny-${VERSION}`)
const program = join(folder, 'bin/cargo-deny')

if (!existsSync(program)) {
  console.log(`installing cargo-deny ${VERSION}`)
  await run('cargo', ['install', 'cargo-deny', '--locked', '--version', VERSION, '--root', folder])
}
for (const manifest of ['Cargo.toml', 'fuzz/Cargo.toml', 'scripts/bindgen/Cargo.toml']) {
  const checks = process.argv.slice(2)
  const args = ['--manifest-path', manifest, '--config', 'deny.toml', 'check', ...checks]
  console.log(`${manifest}: ${(await run(program, args, { cwd: root })).trim()}`)
}
