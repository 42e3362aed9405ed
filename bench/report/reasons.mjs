// Why a row misses what was wanted of it, for rows that did; by their ids.
export const reasons = []
