// Why a row misses what was wanted of it, for those that may; by their ids.
export const reasons = [
  [
    /^cold-start-/,
    "Node's own start and, without `/node`, the first use of its `fetch` are most of it: see the rows of Node alone and of fetch by hand.",
  ],
  [/^import-/, 'Node takes half a millisecond for each file, and the modules travel inline.'],
  [
    /^installed$/,
    'The emulator, the command line and, in two forms each, three WebAssembly modules are in the package.',
  ],
  [/^bundle$/, 'The module is deflated in base64, which is compressed no further.'],
  [
    /^hash-/,
    'What is hashed is copied into WebAssembly and wiped from it each time, and OpenSSL has the instructions of the processor.',
  ],
  [/^hot/, 'The request is read and its session looked up by all that was asked for.'],
]
