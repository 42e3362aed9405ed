// What all commands that manage application tokens share.
import { createAppTokenManager } from '../../index.js'
import { usage } from '../failure.js'
import { connectionOf, CONNECTION, need } from '../options.js'
import { fileOption, findSecret, needSecret, SECRETS } from '../secrets.js'

export const ADMINISTRATOR = {
  ...CONNECTION,
  ...fileOption(SECRETS.adminSecret),
  ...fileOption(SECRETS.ks),
}

/** A manager, in the name of the admin secret or of an administrator's KS. */
export async function managerOf(values, terminal) {
  need(values, ['partner-id'])
  const from = { values, terminal }
  // A KS in a file was asked for; one in the environment may be there for something else.
  const ks = await findSecret(SECRETS.ks, { ...from, asked: false })
  const isChosen = ks !== undefined && values[SECRETS.ks.file] !== undefined
  const adminSecret = isChosen
    ? undefined
    : await findSecret(SECRETS.adminSecret, { ...from, asked: !ks })
  const right = adminSecret === undefined && ks !== undefined ? { ks } : undefined
  return createAppTokenManager({
    ...connectionOf(values),
    ...(right ?? { adminSecret: adminSecret ?? (await needSecret(SECRETS.adminSecret, from)) }),
  })
}

/** The id that a command is about. */
export function idOf([id]) {
  if (id === undefined)
    throw usage(
      'which application token?',
      'give its id, such as 0_ab12cd34; tokens list shows them',
    )
  return id
}
