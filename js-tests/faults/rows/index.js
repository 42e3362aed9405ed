import { bodies } from './bodies.js'
import { clocks } from './clocks.js'
import { answers } from './fields.js'
import { mixups } from './mixups.js'
import { readable } from './readable.js'
import { refusals } from './refusals.js'
import { sizes } from './sizes.js'
import { transport } from './transport.js'
import { traps } from './traps.js'

// Those that wait come first, so that the others go on meanwhile.
export const groups = {
  "Kaltura's refusals, with secrets in them": refusals,
  'connections, statuses, redirects, waits': transport,
  'each field of each answer': answers,
  'the time': clocks,
  "somebody else's answers": mixups,
  'KSs of version 1, and semicolons': readable,
  bodies,
  'a megabyte, in every shape': sizes,
  'WebAssembly itself': traps,
}

export const rows = Object.values(groups).flat()
