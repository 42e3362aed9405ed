// Bytes as text.

/**
 * Lower-case hex of the bytes.
 * @param {Uint8Array} bytes
 */
export const hexOf = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
