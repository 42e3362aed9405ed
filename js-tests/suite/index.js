// Every file of the suite. Listed, since not every runtime can look into a folder.
import './emulator.js'
import './hash.js'
import './ks.js'
import './memory.js'
import './options.js'
import './privileges.js'
import './refusals.js'
import './secrets.js'
import './session.js'
import './time.js'
import './transport.js'

export { runTests } from './harness.js'
