// Wraps text.

/**
 * Breaks `text` between words into lines of at most `width`.
 * @param {string} text
 * @param {number} width
 */
export function wrapped(text, width) {
  const lines = ['']
  for (const word of text.split(' ')) {
    const line = lines[lines.length - 1]
    if (line === '') lines[lines.length - 1] = word
    else if (line.length + 1 + word.length <= width) lines[lines.length - 1] = `${line} ${word}`
    else lines.push(word)
  }
  return lines
}
