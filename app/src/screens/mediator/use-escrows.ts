/** Escrows of a mediator, read from the chain alone, and the chain's time. */
import { explainProblem, type Problem, useMilepost } from "@milepost/react";
import { createContext, type Escrow, getChainTime, listEscrowsByMediator } from "@milepost/sdk";
import { PublicKey } from "@solana/web3.js";
import { useEffect, useState } from "react";

/** Escrows as they were last read. */
export interface MediatorEscrows {
  /** Null before the first read. */
  data: { escrows: { account: Escrow }[]; now: number } | null;
  problem: Problem | null;
  refresh(): void;
}

/** Milliseconds between two reads. */
const POLL_MS = 15_000;

/** Lists the escrows that name this mediator, again every few seconds. */
export function useMediatorEscrows(mediator: string): MediatorEscrows {
  const { connection } = useMilepost();
  const [state, setState] = useState<Omit<MediatorEscrows, "refresh">>({
    data: null,
    problem: null,
  });
  const [count, setCount] = useState(0);
  useEffect(() => {
    let isStopped = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const publicKey = new PublicKey(mediator);
    const context = createContext(connection, { publicKey });
    const read = async () => {
      try {
        const [escrows, time] = await Promise.all([
          listEscrowsByMediator(context, publicKey),
          getChainTime(context),
        ]);
        if (isStopped) return;
        setState({ data: { escrows, now: time.toNumber() }, problem: null });
      } catch (error) {
        if (isStopped) return;
        setState(({ data }) => ({ data, problem: explainProblem(error) }));
      }
      timer = setTimeout(() => void read(), POLL_MS);
    };
    void read();
    return () => {
      isStopped = true;
      clearTimeout(timer);
    };
  }, [connection, mediator, count]);
  return { ...state, refresh: () => setCount((before) => before + 1) };
}
