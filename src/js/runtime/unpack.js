// Decodes bytes that are stored as text.
import { inflate } from './inflate.js'

/**
 * Returns the `size` bytes of deflated data in base64.
 * @param {string} base64
 * @param {number} size
 */
export function unpack(base64, size) {
  const packed = decode(base64)
  // node:zlib, because inflating in JavaScript would take half of the start-up time.
  const zlib = globalThis.process?.getBuiltinModule?.('node:zlib')
  return zlib ? zlib.inflateRawSync(packed, { chunkSize: size + 1 }) : inflate(packed, size)
}

/** @param {string} base64 */
function decode(base64) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(base64)
  if (globalThis.Buffer) return globalThis.Buffer.from(base64, 'base64')
  const text = atob(base64)
  const bytes = new Uint8Array(text.length)
  for (let at = 0; at < text.length; at += 1) bytes[at] = text.charCodeAt(at)
  return bytes
}
