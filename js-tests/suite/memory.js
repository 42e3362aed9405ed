// Must be imported before anything is called: it sees the memories of the package's modules.
// Runtimes have modules of their own, such as the HTTP parser of Node's fetch.

const OURS = ['hashAppToken', 'inspectKs']
const memories = []
const { Instance } = WebAssembly

WebAssembly.Instance = new Proxy(Instance, {
  construct(target, args) {
    const instance = new target(...args)
    if (OURS.some((name) => name in instance.exports)) memories.push(instance.exports.memory)
    return instance
  },
})

/** How often `text` is found there. */
export function occurrences(text) {
  const needle = new TextEncoder().encode(text)
  return memories.reduce((sum, memory) => sum + count(new Uint8Array(memory.buffer), needle), 0)
}

/** How many instances have been seen. */
export const modules = () => memories.length

function count(bytes, needle) {
  let found = 0
  let at = bytes.indexOf(needle[0])
  while (at !== -1) {
    if (needle.every((byte, i) => bytes[at + i] === byte)) found += 1
    at = bytes.indexOf(needle[0], at + 1)
  }
  return found
}

/** Its size in bytes. */
export const memorySize = () => memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0)
