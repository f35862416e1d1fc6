/** The demonstration: a payment on the sandbox's chain, played in all roles, with a clock that can be moved. */
import { explainProblem, MilepostProvider, type Problem, ProblemNotice } from "@milepost/react";
import { Connection, type PublicKey } from "@solana/web3.js";
import { useEffect, useMemo, useRef, useState } from "react";
import { useLocation } from "wouter";
import { Button } from "../../../components/button";
import { Loading } from "../../../components/spinner";
import { useConfig } from "../../../config/config-context";
import { pathOf } from "../../../config/routes";
import { createDemoPayment, demoParties } from "./demo-payment";
import { DemoStage } from "./demo-stage";
import { createSandboxClient, type SandboxClient } from "./sandbox-client";

const browserFetch: typeof fetch = (input, init) => fetch(input, init);

/** Creates a payment of its own, and renders it. */
export default function Demo() {
  const config = useConfig();
  const { connection, symbols } = useMemo(() => {
    const { rpcUrl, wsUrl, mints = [] } = config;
    return {
      connection: new Connection(rpcUrl, { commitment: "confirmed", wsEndpoint: wsUrl }),
      symbols: Object.fromEntries(mints.map(({ mint, symbol }) => [mint, symbol])),
    };
  }, [config]);
  const parties = useMemo(
    () => demoParties(connection, config, browserFetch),
    [connection, config],
  );
  const sandbox = useMemo(() => createSandboxClient(browserFetch), []);
  const [policy, setPolicy] = useState<PublicKey | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [round, setRound] = useState(0);
  const started = useRef(-1);
  useEffect(() => {
    // An effect may run twice; a payment is created once per round.
    if (started.current === round) return;
    started.current = round;
    createDemoPayment(parties, config).then(setPolicy, (error: unknown) =>
      setProblem(explainProblem(error)),
    );
  }, [parties, config, round]);
  const restart = () => {
    setPolicy(null);
    setProblem(null);
    setRound(round + 1);
  };
  return (
    <MilepostProvider connection={connection} symbols={symbols}>
      {problem && <ProblemNotice problem={problem} />}
      {policy ? (
        <DemoStage key={round} policy={policy} parties={parties} sandbox={sandbox} />
      ) : (
        !problem && <Loading what="the demonstration: Ada locks 1,000.00, and Brook accepts" />
      )}
      {(policy ?? problem) && <MoreExamples sandbox={sandbox} onRestart={restart} />}
    </MilepostProvider>
  );
}

function MoreExamples({ sandbox, onRestart }: { sandbox: SandboxClient; onRestart(): void }) {
  const [, navigate] = useLocation();
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const open = (path: Promise<string>) => {
    setBusy(true);
    path.then(navigate, (error: unknown) => {
      setBusy(false);
      setProblem(explainProblem(error));
    });
  };
  return (
    <div className="stack-tight">
      <div className="row">
        <Button onClick={onRestart}>Start again</Button>
        <Button isBusy={isBusy} onClick={() => open(sandbox.createCheckout())}>
          Try a checkout
        </Button>
        <Button isBusy={isBusy} onClick={() => open(sandbox.createProject().then(pathOf))}>
          Try a renovation project
        </Button>
      </div>
      {problem && <ProblemNotice problem={problem} />}
    </div>
  );
}
