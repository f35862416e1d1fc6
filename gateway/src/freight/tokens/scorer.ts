/** Finds a shipment's risk: the shipper's own score, otherwise the operator's scorer, otherwise the default. */
import { type Static, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import type { Logger } from "../../observe/log";
import { DEFAULT_RISK_SCORE, recommendationOf, tierOf } from "../risk";
import type { Shipment } from "../shipments/store";
import { showTime } from "../wire";

/** Risk of a shipment. */
export interface Risk {
  /** 0 to 1; null where the scorer did not answer. */
  score: number | null;
  category: string;
  action: string;
}

/** Milliseconds that the scorer has. */
const SCORER_MS = 3_000;

const Answer = Type.Object({
  risk_score: Type.Number({ minimum: 0, maximum: 1 }),
  risk_category: Type.Optional(Type.String({ maxLength: 50 })),
  recommended_action: Type.Optional(Type.String({ maxLength: 255 })),
});

/**
 * Returns the risk of a shipment. It may call the network: run it before the transaction. A scorer that fails does not stop a
 * shipment: it is of medium risk then, without a score.
 */
export async function riskOf(
  shipment: Shipment,
  { scorerUrl, log }: { scorerUrl: string | null; log: Logger },
): Promise<Risk> {
  if (shipment.riskScore !== null) return riskFrom(shipment.riskScore);
  if (scorerUrl === null) return riskFrom(DEFAULT_RISK_SCORE);
  try {
    const { risk_score, risk_category, recommended_action } = await ask(scorerUrl, shipment);
    const plain = riskFrom(risk_score);
    return {
      score: risk_score,
      category: risk_category ?? plain.category,
      action: recommended_action ?? plain.action,
    };
  } catch (error) {
    log.warn({ err: error, shipment: Number(shipment.id) }, "the risk scorer did not answer");
    return { ...riskFrom(DEFAULT_RISK_SCORE), score: null };
  }
}

function riskFrom(score: number): Risk {
  const tier = tierOf(score);
  return { score, category: tier, action: recommendationOf(tier).action };
}

async function ask(url: string, shipment: Shipment): Promise<Static<typeof Answer>> {
  const response = await fetch(url, {
    method: "POST",
    redirect: "error",
    signal: AbortSignal.timeout(SCORER_MS),
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      shipment_id: Number(shipment.id),
      origin: shipment.origin,
      destination: shipment.destination,
      planned_delivery_date: showTime(shipment.plannedDeliveryDate),
    }),
  });
  if (!response.ok) throw new Error(`it answered ${response.status}`);
  const answer: unknown = await response.json();
  if (!Value.Check(Answer, answer)) throw new Error("its answer has no risk_score from 0 to 1");
  return answer;
}
