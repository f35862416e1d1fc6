/** Terms of an item's escrow. Pure. */

const DAY = 86_400n;
/** Days after which the shipper may take the money of an item back when no event came. */
const USUAL_DAYS = 180n;
/** Days that an item lasts beyond the planned delivery, for the claim window. */
const AFTER_DELIVERY_DAYS = 90n;
const MOST_DAYS = 365n;

/**
 * Returns the seconds after which the shipper alone may take an item's money back: 180 days, or 90 days after the planned
 * delivery if that is later, at most a year.
 */
export function deliveryGraceSecs(plannedDelivery: Date | null, now: bigint): number {
  const usual = USUAL_DAYS * DAY;
  if (plannedDelivery === null) return Number(usual);
  const delivery = BigInt(Math.floor(new Date(plannedDelivery).getTime() / 1_000));
  const wanted = delivery - now + AFTER_DELIVERY_DAYS * DAY;
  const most = MOST_DAYS * DAY;
  return Number(wanted > most ? most : wanted > usual ? wanted : usual);
}
