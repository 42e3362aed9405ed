// node row.mjs NAME SETTINGS: measures what rows/NAME.mjs is about, and prints it as JSON.
const [name, text] = process.argv.slice(2)
const settings = JSON.parse(text)
const { measure } = await import(`./rows/${name}.mjs`)
const measured = await measure({
  ...settings,
  /** How many rounds of those that a row wants. */
  rounds: (wanted) => (settings.quick ? 1 : wanted),
  // Short, so that most are over before anything else gets the processor.
  batchMs: settings.quick ? 0.1 : 1,
})
process.stdout.write(JSON.stringify(measured), () => process.exit())
