// Leads or follows the flight that brings a session or the widget session.

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
 * Does what the core decides until there is nothing to wait for, or a final outcome.
 *
 * `wanted.ask` returns a decision; it receives the flight that was followed without result, and the number of missed
 * checks. `wanted.lead` leads a flight and returns its outcome. `known` is the first decision, if already made.
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
