/** Rule of the payment schedule: what the homeowner pays and the contractor receives for each milestone. */
import type { GatewayFees } from "../chain/gateway-fees";
import { formatAmount } from "../money/amount";
import { feeOf } from "../money/split";
import type { ProjectRow } from "./rows";
import type { PaymentSchedule } from "./schedule-schema";

/** Parts of one payment, in base units: amount = gatewayFee + protocolFee + net, total = amount + fee. */
export interface PaymentParts {
  amount: bigint;
  /** Platform fee on top. */
  fee: bigint;
  total: bigint;
  gatewayFee: bigint;
  protocolFee: bigint;
  net: bigint;
}

/**
 * Divides the payment of a milestone that is paid in full, as the program does.
 * @example
 * partsOf(1_000_000n, { platformFeeBps: 250, gatewayFeeBps: 100, protocolFeeBps: 0 }).net; // 990_000n
 */
export function partsOf(
  amount: bigint,
  bps: GatewayFees & { platformFeeBps: number },
): PaymentParts {
  const fee = feeOf(amount, bps.platformFeeBps);
  const gatewayFee = feeOf(amount, bps.gatewayFeeBps);
  const protocolFee = feeOf(amount, bps.protocolFeeBps);
  const net = amount - gatewayFee - protocolFee;
  return { amount, fee, total: amount + fee, gatewayFee, protocolFee, net };
}

/** Returns the schedule of a project; of a draft, with the fees as they stand now. */
export function scheduleOf(project: ProjectRow, current: GatewayFees): PaymentSchedule {
  const { decimals, terms, gateway_fee_bps, protocol_fee_bps } = project;
  const bps = {
    platformFeeBps: terms.platformFeeBps,
    gatewayFeeBps: gateway_fee_bps ?? current.gatewayFeeBps,
    protocolFeeBps: protocol_fee_bps ?? current.protocolFeeBps,
  };
  const text = (units: bigint): string => formatAmount(units, decimals);
  const parts = project.milestones.map(({ amount }) => partsOf(amount, bps));
  const sum = (name: keyof PaymentParts): bigint =>
    parts.reduce((all, part) => all + part[name], 0n);
  let remaining = sum("total");
  return {
    object: "payment_schedule",
    projectId: project.id,
    status: project.status === "draft" ? "provisional" : "fixed",
    currency: project.currency,
    ...bps,
    payments: project.milestones.map(({ id, index, title, due_date }) => {
      const part = parts[index]!;
      remaining -= part.total;
      return {
        milestoneId: id,
        index,
        title,
        amount: text(part.amount),
        fee: text(part.fee),
        total: text(part.total),
        gatewayFee: text(part.gatewayFee),
        protocolFee: text(part.protocolFee),
        net: text(part.net),
        dueDate: due_date === null ? null : Number(due_date),
        remaining: text(remaining),
      };
    }),
    amount: text(sum("amount")),
    fee: text(sum("fee")),
    total: text(sum("total")),
    net: text(sum("net")),
  };
}
