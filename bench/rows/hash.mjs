// hashAppToken: from two texts to the hex of their hash.
import { createHash, hash } from 'node:crypto'
import { md5 as nobleMd5, sha1 as nobleSha1 } from '@noble/hashes/legacy.js'
import { sha256 as nobleSha256, sha512 as nobleSha512 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import { createMD5, createSHA1, createSHA256, createSHA512 } from 'hash-wasm'
import { hashAppToken } from 'kaltura-app-token'
import { inTurns, perCall } from '../measure.mjs'
import { credentials } from '../server/kaltura.mjs'

const LENGTHS = [116, 300, 1000]
const GROWTH = [100, 1000, 10_000]

const HASHES = {
  SHA1: [nobleSha1, createSHA1],
  MD5: [nobleMd5, createMD5],
  SHA256: [nobleSha256, createSHA256],
  SHA512: [nobleSha512, createSHA512],
}

const ksOf = (length) => `djJ8MTAyf${'k'.repeat(length - 9)}`

async function contenders(hashType, length) {
  const [noble, create] = HASHES[hashType]
  const hasher = await create()
  const name = hashType.toLowerCase()
  const { appToken } = credentials
  const ks = ksOf(length)
  const ways = {
    'kaltura-app-token': () => hashAppToken(ks, appToken, hashType),
    'node:crypto': () =>
      createHash(name)
        .update(ks + appToken)
        .digest('hex'),
    'node:crypto, one shot': () => hash(name, ks + appToken),
    'hash-wasm': () =>
      hasher
        .init()
        .update(ks + appToken)
        .digest('hex'),
    '@noble/hashes': () => bytesToHex(noble(utf8ToBytes(ks + appToken))),
  }
  const results = new Set(Object.values(ways).map((way) => way()))
  if (results.size !== 1) throw new Error(`not the same ${hashType}`)
  return ways
}

async function samplesOf(hashType, length, { rounds, batchMs }) {
  const ways = Object.entries(await contenders(hashType, length))
  const timed = ways.map(([name, run]) => [name, perCall(run, batchMs)])
  return inTurns(Object.fromEntries(timed), { rounds: rounds(101) })
}

export async function measure(settings) {
  const rows = []
  for (const hashType of Object.keys(HASHES)) {
    for (const length of LENGTHS) {
      rows.push({
        id: `hash-${hashType}-${length}`,
        name: `${hashType} of a KS of ${length} characters`,
        unit: 'µs',
        detail: length !== 300,
        samples: await samplesOf(hashType, length, settings),
        wanted: [
          { ours: 'kaltura-app-token', peer: '@noble/hashes', ratio: 1 / 2 },
          { ours: 'kaltura-app-token', peer: 'hash-wasm', ratio: 1 },
          { ours: 'kaltura-app-token', peer: 'node:crypto', ratio: 2 },
        ],
      })
    }
  }
  const points = []
  for (const length of GROWTH) points.push(await samplesOf('SHA1', length, settings))
  return {
    rows,
    growth: [{ id: 'hash', name: 'SHA1, by length of the KS', unit: 'µs', at: GROWTH, points }],
  }
}
