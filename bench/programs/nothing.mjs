import { report } from './report.cjs'

report({ ks: 'none' })
