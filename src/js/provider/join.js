// Leading or following whatever brings what is wanted: a session, or the widget session.

/**
 * @import { Deadline } from '../common/deadline.js'
 * @import { Decision, Outcome } from '../kaltura_app_token.js'
 * @import { Flights } from './flights.js'
 */

/**
 * @typedef {object} Joining
 * @property {(predecessor: number, silentChecks: number) => Decision | undefined} ask
 * @property {(flight: number, predecessor: number | undefined) => Outcome | Promise<Outcome>} lead
 * @property {(outcome: Outcome, isLed: boolean | undefined) => unknown} isEnough
 */

/**
 * Does what the core decides, until there is nothing to wait for, or an outcome that is enough.
 *
 * `wanted.ask` gives a decision when it is told which flight was waited for in vain, and for how many
 * silent checks; `wanted.lead` leads a flight, and gives its outcome; `known`: the first decision, if that
 * has come already.
 * @param {Flights} flights
 * @param {Deadline} deadline
 * @param {Joining} wanted
 * @param {Decision} [known]
 * @returns {Promise<Decision | undefined>}
 */
export async function join(flights, deadline, wanted, known) {
  /** @type {number | undefined} */
  let predecessor
  let decision = known ?? wanted.ask(0, 0)
  while (decision && !decision.session) {
    const { flight, lead } = /** @type {Decision & { flight: number }} */ (decision)
    const outcome = await (lead ? wanted.lead(flight, predecessor) : flights.follow(flight, deadline))
    if (wanted.isEnough(outcome, lead)) return outcome
    predecessor = flight
    decision = wanted.ask(flight, outcome.silentChecks ?? 0)
  }
  return decision
}
