/** A schedule's item as answers have it. */
import { showTime, toDecimal, toNumber } from "../wire";
import type { ScheduleItemView } from "./schema";
import type { Item } from "./store";

export function showItem(item: Item): ScheduleItemView {
  return {
    id: Number(item.id),
    schedule_id: Number(item.scheduleId),
    event_type: item.eventType,
    percentage: Number(item.bps) / 10_000,
    order: item.order,
    amount: toNumber(item.amount),
    amount_decimal: toDecimal(item.amount),
    funding: item.funding,
    policy: item.policy,
    vault: item.vault,
    reference: item.signature,
    error: item.error,
    created_at: showTime(item.createdAt),
  };
}
