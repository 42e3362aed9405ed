// The package as it would be published: which files, and whether every tool can resolve them.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../build/process.mjs'
import { checkJsr } from './jsr.mjs'
import { pack } from '../../js-tests/packed/project.mjs'

/** @param {string} root */
export async function checkPackage(root) {
  const { tarball, files } = pack()
  const wanted = readFileSync(join(root, 'js-tests/packed/files.txt'), 'utf8').trim().split('\n')
  const missing = wanted.filter((file) => !files.includes(file))
  const surplus = files.filter((file) => !wanted.includes(file))
  if (missing.length + surplus.length > 0) {
    throw new Error(
      `the tarball is not as js-tests/packed/files.txt has it\n` +
        `missing: ${missing.join(', ') || 'none'}\nsurplus: ${surplus.join(', ') || 'none'}`,
    )
  }
  // TypeScript knows no module of theirs.
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const notCode = Object.keys(manifest.exports).filter((name) => /\.(wasm|json)$/.test(name))
  /** @param {string} name */
  const bin = (name) => join(root, 'node_modules/.bin', name)
  await run(bin('publint'), ['run', tarball, '--strict'])
  await run(bin('attw'), [
    ...[tarball, '--profile', 'esm-only', '--no-emoji', '--no-color', '--format', 'ascii'],
    ...['--exclude-entrypoints', ...notCode],
  ])
  await checkJsr(root)
  return `${files.length} files, as publint, attw and JSR like them`
}
