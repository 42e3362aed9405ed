// WebAssembly traps when it reads an answer, as it does when memory runs out.
import { CALL, SESSION, WIDGET, reached } from './row.js'

export const traps = [WIDGET, SESSION, CALL].map((at) => ({
  ...{ name: 'a trap while the answer is read', at, fault: {}, traps: true },
  ...{ expect: 'ERR_INTERNAL', requests: reached(at) },
}))
