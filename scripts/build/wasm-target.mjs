// Finds a Rust toolchain that compiles to WebAssembly, in three ways, in order.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ask, run } from './process.mjs'

export const TARGET = 'wasm32-unknown-unknown'
const ways = [installedTarget, debianPackages, rustupTarget]

/**
 * The commands of cargo and its linter, the folders whose names must not be in the output, and the identity of this
 * toolchain.
 * @typedef {object} WasmTarget
 * @property {string} way
 * @property {string} cargo
 * @property {string} clippy
 * @property {string[]} args
 * @property {string[]} rustFlags
 * @property {Record<string, string>} env
 * @property {string[]} paths
 * @property {Record<string, string | undefined>} version
 */

/**
 * @param {string} root
 * @param {(line: string) => void} log
 * @returns {Promise<WasmTarget>}
 */
export async function findWasmTarget(root, log) {
  const manifest = readFileSync(join(root, 'Cargo.toml'), 'utf8')
  const minimumRust = manifest.match(/^build-rust = "(.+)"$/m)?.[1]
  if (!minimumRust) throw new Error('Cargo.toml must name the build-rust')
  const reasons = []
  for (const way of ways) {
    const found = await way(minimumRust, log)
    if (!('reason' in found)) return found
    reasons.push(`- ${found.reason}`)
  }
  throw new Error(
    `No way to compile to ${TARGET} (Rust ${minimumRust} or newer):\n${reasons.join('\n')}\n` +
      `Install Rust with its standard library for that target, then run this again.`,
  )
}

async function installedTarget() {
  const sysroot = ask('rustc', ['--print', 'sysroot'])
  if (!sysroot) return { reason: 'the toolchain in use: there is no rustc on the PATH' }
  if (!existsSync(join(sysroot, 'lib/rustlib', TARGET))) {
    return { reason: `the toolchain in use: ${TARGET} is not installed in it` }
  }
  return {
    way: 'the toolchain in use',
    cargo: 'cargo',
    clippy: 'cargo-clippy',
    args: [],
    rustFlags: [],
    env: {},
    paths: [sysroot],
    version: { ...rustcVersion('rustc'), std: 'prebuilt' },
  }
}

const DEBIAN_PACKAGES = ['rustc-web', 'cargo-web', 'rust-web-src', 'rust-web-clippy']

// Waits for another apt-get.
const LONGEST_WAIT_S = 600

/**
 * Debian builds a newer Rust for its browsers. It has no standard library for the target, but its source; only a bootstrap
 * compiler may compile that.
 * @param {string} minimumRust
 * @param {(line: string) => void} log
 */
async function debianPackages(minimumRust, log) {
  const packages = DEBIAN_PACKAGES.join(', ')
  if (!existsSync('/etc/debian_version') || !ask('apt-get', ['--version'])) {
    return { reason: `the packages ${packages}: this is not Debian` }
  }
  // Debian's own linker is years older than its Rust for browsers.
  const sysroot = ask('rustc', ['--print', 'sysroot'])
  const host = ask('rustc', ['-vV'])?.match(/^host: (.+)$/m)?.[1]
  const rustLld = sysroot && host && join(sysroot, 'lib/rustlib', host, 'bin/rust-lld')
  const ownLinker = rustLld && existsSync(rustLld)
  const wanted = ownLinker ? DEBIAN_PACKAGES : [...DEBIAN_PACKAGES, 'lld']

  if (!wanted.every(installedVersion)) {
    if (process.getuid?.() !== 0) {
      return { reason: `the packages ${packages}: not installed, and only root may install them` }
    }
    log(`installing ${wanted.join(', ')}`)
    /** @param {...string} args */
    const apt = (...args) =>
      run('apt-get', ['-o', `DPkg::Lock::Timeout=${LONGEST_WAIT_S}`, ...args], {
        env: { DEBIAN_FRONTEND: 'noninteractive' },
      })
    await apt('update')
    const unknown = wanted.filter((name) => !ask('apt-cache', ['show', name]))
    if (unknown.length > 0) {
      return { reason: `the packages ${packages}: this Debian has no ${unknown.join(', ')}` }
    }
    // A failure here ends the build, because the next way would permanently give other bytes.
    await apt('install', '-y', '--no-install-recommends', ...wanted)
  }
  const version = rustcVersion('/usr/bin/rustc')
  if (!isAtLeast(version.rustc, minimumRust)) {
    return { reason: `the packages ${packages}: they bring Rust ${version.rustc}` }
  }
  const linker = ownLinker ? rustLld : '/usr/bin/wasm-ld'
  return {
    way: "Debian's Rust for browsers",
    cargo: '/usr/bin/cargo',
    clippy: '/usr/bin/cargo-clippy',
    args: [...['-Z', 'build-std=std,panic_abort'], ...['-Z', 'build-std-features=optimize_for_size']],
    // Without panic messages, because the lints leave no panics.
    rustFlags: ['-Zunstable-options', '-Cpanic=immediate-abort'],
    env: {
      CARGO: '/usr/bin/cargo',
      RUSTC: '/usr/bin/rustc',
      RUSTC_BOOTSTRAP: '1',
      CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER: linker,
    },
    paths: ['/usr/lib/rustlib/src/rust', '/usr/src'],
    version: {
      ...version,
      package: installedVersion('rustc-web'),
      std: 'from source',
      linker: linkerVersion(linker),
    },
  }
}

/**
 * @param {string} _minimumRust
 * @param {(line: string) => void} log
 */
async function rustupTarget(_minimumRust, log) {
  if (!ask('rustup', ['--version'])) return { reason: 'rustup: not installed' }
  log(`rustup target add ${TARGET}`)
  try {
    await run('rustup', ['target', 'add', TARGET])
  } catch (error) {
    return { reason: `rustup: can't add the target\n${error instanceof Error ? error.message : error}` }
  }
  return installedTarget()
}

/** @param {string} name */
function installedVersion(name) {
  const [status, version] =
    // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query fills this in
    ask('dpkg-query', ['-W', '-f', '${db:Status-Status} ${Version}', name])?.split(' ') ?? []
  return status === 'installed' ? version : undefined
}

/** @param {string} rustc */
function rustcVersion(rustc) {
  const told = ask(rustc, ['-vV']) ?? ''
  /** @param {string} name */
  const field = (name) => told.match(new RegExp(`^${name}: (.+)$`, 'm'))?.[1] ?? 'unknown'
  return { rustc: field('release'), commit: field('commit-hash'), host: field('host') }
}

/** @param {string} linker */
function linkerVersion(linker) {
  const told = ask(linker, ['-flavor', 'wasm', '--version']) ?? ask(linker, ['--version'])
  return told?.match(/LLD [\d.]+/)?.[0] ?? 'unknown'
}

/**
 * @param {string} version
 * @param {string} minimum
 */
function isAtLeast(version, minimum) {
  const [major, minor] = version.split('.').map(Number)
  const [leastMajor, leastMinor] = minimum.split('.').map(Number)
  return major > leastMajor || (major === leastMajor && minor >= leastMinor)
}
