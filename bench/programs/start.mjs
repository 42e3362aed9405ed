import { startAppTokenSession } from 'kaltura-app-token'
import { options, report } from './report.cjs'

report(await startAppTokenSession(options))
