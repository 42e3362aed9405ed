import { createSessionProvider } from 'kaltura-app-token'
import { options, reportAll, wishes } from './report.cjs'

const outcomes = await createSessionProvider(options).startSessions(wishes)
reportAll(outcomes.map(({ session }) => session))
