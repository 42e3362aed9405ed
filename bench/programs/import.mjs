// node import.mjs NAME: how long the import of a package takes, in milliseconds.
const start = performance.now()
await import(process.argv[2])
process.stdout.write(String(performance.now() - start))
