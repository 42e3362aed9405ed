// Glue, generator, crate and optimiser of versions that belong together, wherever one is named.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { findTools } from '../build/tools.mjs'
import { run } from '../build/process.mjs'
import { automation } from './workflows.mjs'

/** @param {string} root */
export async function oneToolchain(root) {
  /** @param {string} name */
  const read = (name) => readFileSync(join(root, name), 'utf8')
  const { bindgen, wasmOpt, versions } = await findTools(root, () => {})
  const built = JSON.parse(read('pkg/build-info.json')).toolchain

  const pinned = versions['wasm-bindgen']
  agree('wasm-bindgen', pinned, {
    'Cargo.lock': read('Cargo.lock').match(/^name = "wasm-bindgen"\nversion = "(.+)"$/m)?.[1],
    'its generator': (await run(bindgen, ['--version'])).trim(),
    'the build in pkg/': built['wasm-bindgen'],
  })
  agree('binaryen', versions.binaryen, {
    'its wasm-opt': `${(await run(process.execPath, [wasmOpt, '--version'])).match(/version (\d+)/)?.[1]}.0.0`,
    'the build in pkg/': built.binaryen,
  })
  const rust = read('Cargo.toml').match(/^build-rust = "(.+)"$/m)?.[1]
  agree('Rust', rust, {
    'CONTRIBUTING.md': read('CONTRIBUTING.md').match(/\bRust (\d+\.\d+)\b/)?.[1],
    ...Object.fromEntries(
      automation(root).flatMap(({ name, text }) =>
        [...text.matchAll(/rustup (?:toolchain install|default) (\S+)/g)].map(([, it], i) => [`${name}, ${i + 1}`, it]),
      ),
    ),
  })
  return `wasm-bindgen ${pinned}, binaryen ${versions.binaryen}, Rust ${rust}`
}

/**
 * @param {string} what
 * @param {string | undefined} version
 * @param {Record<string, string | undefined>} places
 */
function agree(what, version, places) {
  for (const [place, found] of Object.entries(places)) {
    if (found !== version) throw new Error(`${what} is ${version}, but ${found} by ${place}`)
  }
}
