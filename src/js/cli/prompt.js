// Prompts. Node's readline does the editing.
import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { interrupted } from './failure.js'

/**
 * Asks for a secret, without echo.
 * @param {string} question
 */
export function ask(question) {
  const hidden = new Writable({ write: (_chunk, _encoding, done) => done() })
  return answerTo(question, hidden, () => process.stderr.write('\n'))
}

/**
 * Asks for confirmation.
 * @param {string} question
 */
export async function confirm(question) {
  const answer = await answerTo(`${question} [y/N] `, process.stderr, () => {})
  return /^y(es)?$/i.test(answer.trim())
}

/**
 * @param {string} question
 * @param {NodeJS.WritableStream} output
 * @param {() => void} close
 */
function answerTo(question, output, close) {
  const { stdin, stderr } = process
  return new Promise((resolve, reject) => {
    // With `terminal`, readline turns off the terminal's echo at once, so that early input isn't shown.
    const reader = createInterface({ input: stdin, output, terminal: true, historySize: 0 })
    let answer = ''
    if (output !== stderr) stderr.write(question)
    reader.setPrompt(output === stderr ? question : '')
    reader.prompt()
    reader.once('line', (line) => {
      answer = line
      reader.close()
    })
    reader.once('SIGINT', () => {
      reject(interrupted())
      reader.close()
    })
    // Ctrl-D closes without an answer.
    reader.once('close', () => {
      close()
      resolve(answer)
    })
  })
}
