import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

/**
 * `{ raw, gzip, brotli }` in bytes, with maximum compression.
 * @param {Uint8Array} bytes
 */
export function sizes(bytes) {
  return {
    raw: bytes.length,
    gzip: gzipSync(bytes, { level: 9 }).length,
    brotli: brotliCompressSync(bytes, {
      params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY },
    }).length,
  }
}

/**
 * One line per file, columns aligned.
 * @param {{ name: string, bytes: Uint8Array }[]} files
 */
export function sizeTable(files) {
  const rows = [
    ['', 'raw', 'gzip', 'brotli'],
    ...files.map(({ name, bytes }) => [name, ...Object.values(sizes(bytes)).map(String)]),
  ]
  /** @param {number} column */
  const width = (column) => Math.max(...rows.map((row) => row[column].length))
  return rows
    .map(([name, ...numbers]) => [name.padEnd(width(0)), ...numbers.map((n, i) => n.padStart(width(i + 1)))].join('  '))
    .join('\n')
}
