// Every file of the suite. Listed, since not every runtime can look into a folder.
import './hash.js'

export { runTests } from './harness.js'
