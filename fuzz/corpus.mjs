// node corpus.mjs unpack: writes the inputs of corpus.zip into corpus/TARGET/, for the fuzzers.
// node corpus.mjs pack: makes corpus.zip of what is there.
// One archive, since thousands of small files would be most of what a clone has.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { unzipSync, zipSync } from 'fflate'

/** @param {string} name */
const here = (name) => fileURLToPath(new URL(name, import.meta.url))
const ARCHIVE = here('corpus.zip')

/** All inputs: `{ target, file, bytes }`. */
export function readCorpus() {
  return Object.entries(unzipSync(readFileSync(ARCHIVE))).map(([name, bytes]) => {
    const [target, file] = name.split('/')
    return { target, file, bytes: Buffer.from(bytes) }
  })
}

function unpack() {
  for (const { target, file, bytes } of readCorpus()) {
    mkdirSync(here(`corpus/${target}`), { recursive: true })
    writeFileSync(here(`corpus/${target}/${file}`), bytes)
  }
}

function pack() {
  const names = readdirSync(here('corpus')).flatMap((target) =>
    readdirSync(here(`corpus/${target}`)).map((file) => `${target}/${file}`),
  )
  const files = names.sort().map((name) => [name, readFileSync(here(`corpus/${name}`))])
  // The same inputs give the same archive, whenever and wherever it is made.
  writeFileSync(ARCHIVE, zipSync(Object.fromEntries(files), { level: 9, mtime: '1980-01-01T00:00:00' }))
}

const [command] = process.argv[1] === here('corpus.mjs') ? process.argv.slice(2) : []
if (command === 'unpack') unpack()
if (command === 'pack') pack()
