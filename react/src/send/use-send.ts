"use client";

import { useCallback, useEffect, useMemo, useReducer, useRef } from "react";
import { useMilepost } from "../context/provider";
import { MONOTONIC_CLOCK } from "../policies/live-value";
import { explainProblem } from "../problems/explain-problem";
import { walletProblem } from "../problems/wallet-problems";
import { useConnectedWallet } from "../wallets/wallet-provider";
import type { SendRequest, SendRun } from "./send-run";
import { IDLE, isBusy, isCancellable, sendReducer, type SendState } from "./send-state";

/** One sending and its controls. */
export interface Send {
  /** State of the sending. */
  state: SendState;
  /** Starts a request. Does nothing while one is under way, so that a double click starts one. */
  start(request: SendRequest): void;
  /** Continues after the review, or tries again after a failure that allows it. */
  confirm(): void;
  /** Stops before anything is sent. */
  cancel(): void;
  /** Returns to `idle` after the end. */
  reset(): void;
  /** Looks up again a transaction whose end is not known (`send.unconfirmed`). It never signs a second one. */
  lookAgain(): void;
}

/**
 * Builds a transaction at the click, decodes it from its bytes, simulates it, shows it for review, asks the wallet, and sends
 * until it is confirmed or provably expired. An expired one is built again. Every refusal is a sentence and a next step.
 * @example
 * import { approveMilestone } from "@milepost/sdk";
 * import { TransactionReview, useSend } from "@milepost/react";
 *
 * function Approve({ policyPda }: { policyPda: PublicKey }) {
 *   const send = useSend();
 *   const approve = () =>
 *     send.start({
 *       title: "Approve milestone 1",
 *       build: async (context) => ({ instructions: await approveMilestone(context, { policyPda }) }),
 *     });
 *   return send.state.step === "idle" ? (
 *     <button onClick={approve}>Approve</button>
 *   ) : (
 *     <TransactionReview send={send} />
 *   );
 * }
 */
export function useSend(): Send {
  const { connection, genesisHash, symbols } = useMilepost();
  const wallet = useConnectedWallet();
  const [state, dispatch] = useReducer(sendReducer, IDLE);
  const current = useRef<Current>({ state: IDLE, run: null, request: null });
  const count = useRef(0);

  useEffect(() => {
    current.current.state = state;
  }, [state]);
  useEffect(() => {
    const held = current.current;
    return () => {
      held.request = null;
      held.run?.cancel();
    };
  }, []);

  const start = useCallback(
    (request: SendRequest) => {
      const held = current.current;
      if (isBusy(held.state)) return;
      const run = ++count.current;
      // The reducer answers at the next render; a second click may come before it.
      held.state = { ...IDLE, run, step: "building" };
      held.request = request;
      dispatch({ run, type: "started", title: request.title });
      if (!wallet) {
        dispatch({ run, type: "failed", problem: walletProblem("disconnected") });
        return;
      }
      const environment = { connection, wallet, genesisHash, symbols, clock: MONOTONIC_CLOCK };
      loadAndRun(request, environment, {
        isCurrent: () => held.request !== null && count.current === run,
        onRun: (started) => (held.run = started),
        publish: (event) => dispatch({ ...event, run }),
      });
    },
    [connection, wallet, genesisHash, symbols],
  );

  const controls = useMemo(() => {
    const held = current.current;
    const end = () => {
      if (isBusy(held.state) && !isCancellable(held.state)) return;
      held.run?.cancel();
      held.run = null;
      held.request = null;
      dispatch({ run: held.state.run, type: "ended" });
    };
    return {
      confirm: () => {
        if (held.state.step === "failed" && held.state.problem?.canRetry && held.request) {
          start(held.request);
        } else held.run?.confirm();
      },
      cancel: end,
      reset: end,
      lookAgain: () => void held.run?.lookAgain(),
    };
  }, [start]);
  return useMemo(() => ({ state, start, ...controls }), [state, start, controls]);
}

/** What a sending works on between two renders. */
interface Current {
  state: SendState;
  run: SendRun | null;
  request: SendRequest | null;
}

interface Launch {
  /** Returns false once the sending has ended, or another has started. */
  isCurrent(): boolean;
  onRun(run: SendRun): void;
  publish: ConstructorParameters<typeof SendRun>[1];
}

/** Loads what decodes and sends, at the first click: a page shows its state without it. Then runs the request. */
function loadAndRun(
  request: SendRequest,
  environment: ConstructorParameters<typeof SendRun>[0],
  { isCurrent, onRun, publish }: Launch,
): void {
  import("./send-run").then(
    ({ SendRun }) => {
      if (!isCurrent()) return;
      const run = new SendRun(environment, publish);
      onRun(run);
      void run.start(request);
    },
    (error: unknown) => {
      if (isCurrent()) publish({ type: "failed", problem: explainProblem(error) });
    },
  );
}
