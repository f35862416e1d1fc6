/** Sends a write of a screen: one at a time, its problem kept, and the same Idempotency-Key for the next try. */
import { useCallback, useRef, useState } from "react";
import type { Gateway } from "./gateway";
import { useGateway } from "./gateway-context";
import { explainGatewayProblem, type Explanation, toProblem } from "./problem";

/** A write, and how its last try went. */
export interface UsedWrite<Input extends unknown[], Answer> {
  isBusy: boolean;
  problem: Explanation | null;
  /** Sends it. Resolves with the answer, or with null where `problem` says why not. */
  send(...input: Input): Promise<Answer | null>;
  /** Forgets the problem. */
  reset(): void;
}

/**
 * Returns a write. The form that calls it keeps its entries; sending the same content again is the same write for the gateway.
 * @example
 * const revoke = useWrite(({ client }, keyId: string) => dataOf(client.POST("/v1/api-keys/{keyId}/revoke", { params: { path: { keyId } } })));
 */
export function useWrite<Input extends unknown[], Answer>(
  write: (gateway: Gateway, ...input: Input) => Promise<Answer>,
): UsedWrite<Input, Answer> {
  const gateway = useGateway();
  const [state, setState] = useState<{ isBusy: boolean; problem: Explanation | null }>({
    isBusy: false,
    problem: null,
  });
  const running = useRef(false);
  const send = async (...input: Input): Promise<Answer | null> => {
    if (running.current) return null;
    running.current = true;
    setState({ isBusy: true, problem: null });
    try {
      const answer = await write(gateway, ...input);
      setState({ isBusy: false, problem: null });
      return answer;
    } catch (error) {
      setState({ isBusy: false, problem: explainGatewayProblem(toProblem(error)) });
      return null;
    } finally {
      running.current = false;
    }
  };
  const reset = useCallback(() => setState({ isBusy: false, problem: null }), []);
  return { ...state, send, reset };
}
