// Lines that set a shell's environment, for `eval` or to be copied.

/** `export NAME=value` for each; what is undefined is left out. */
export const exportLines = (variables) =>
  Object.entries(variables)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `export ${name}=${quoted(String(value))}`)

/** `value` as one word of a shell's. */
const quoted = (value) =>
  /^[\w.:/@%+=,-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`
