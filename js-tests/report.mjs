// The one line that a runner prints, and the failures after it.

/**
 * @param {string} runtime
 * @param {{ passed: number, failures: { name: string, message: string }[] }} result
 */
export function report(runtime, { passed, failures }) {
  console.log(`${runtime}: ${passed} passed, ${failures.length} failed`)
  for (const { name, message } of failures) console.log(`\n  ${name}\n${message}`)
  if (failures.length > 0 || passed === 0) process.exitCode = 1
}
