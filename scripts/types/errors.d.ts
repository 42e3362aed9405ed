// What the constructor of src/js/common/error.js copies from an error's details, whichever they are.
import type { Details } from '../../src/js/common/error.js'

declare module '../../src/js/common/error.js' {
  interface AppTokenError extends Omit<Details, 'causes' | 'attempts' | 'retryable'> {}
}
