/** The payment of the demonstration: its timeline, the buttons of each role, the clock, and what happened. */
import {
  explainProblem,
  MilestoneTimeline,
  type PolicyData,
  type Problem,
  ProblemNotice,
  TimeText,
  useChainTime,
  usePolicy,
} from "@milepost/react";
import type { PublicKey } from "@solana/web3.js";
import { useState } from "react";
import { Button, ButtonLink } from "../../../components/button";
import { Loading } from "../../../components/spinner";
import { pathOf } from "../../../config/routes";
import { type DemoParties, playStep } from "./demo-payment";
import { DEMO_NAMES, type DemoJump, demoJumps, type DemoRole, demoSteps } from "./demo-steps";
import type { SandboxClient } from "./sandbox-client";

interface DemoStageProps {
  policy: PublicKey;
  parties: DemoParties;
  sandbox: SandboxClient;
}

/** One line of what happened. */
interface LogLine {
  at: number;
  text: string;
}

const DAY = 86_400;

/** Renders the demonstration's payment once it is read. */
export function DemoStage(props: DemoStageProps) {
  const { data, refresh } = usePolicy(props.policy);
  if (!data) return <Loading what="the payment from the chain" />;
  return <Stage {...props} data={data} refresh={refresh} />;
}

function Stage({
  policy,
  parties,
  sandbox,
  data,
  refresh,
}: DemoStageProps & { data: PolicyData; refresh(): void }) {
  const now = useChainTime(data.time)?.seconds ?? data.time.seconds;
  const { log, isBusy, problem, run } = useDemoRun(refresh, now);
  const steps = demoSteps(data.snapshot, parties.addresses);
  const jumps = demoJumps(data.snapshot, now);
  const { currentMilestone, totalMilestones } = data.snapshot.policy.policyType.milestone;
  return (
    <div className="home-demo">
      <div className="stack">
        <MilestoneTimeline policy={data} titles={["Design", "Pages", "Launch"]} />
        <p className="small">
          The chain&apos;s clock: <TimeText seconds={now} />
        </p>
      </div>
      <div className="stack">
        {(Object.keys(DEMO_NAMES) as DemoRole[]).map((role) => (
          <RoleBox key={role} name={DEMO_NAMES[role]}>
            {steps
              .filter((step) => step.role === role)
              .map((step) => (
                <Button
                  key={step.instruction}
                  kind={step.isDangerous ? "danger" : "normal"}
                  isBusy={isBusy}
                  onClick={() => run(step.done, () => playStep(parties, data.snapshot, step))}
                >
                  {step.label}
                </Button>
              ))}
          </RoleBox>
        ))}
        <ClockBox
          jumps={jumps}
          isBusy={isBusy}
          hasEnded={currentMilestone >= totalMilestones}
          onJump={({ seconds, done }) => run(done, () => sandbox.advanceClock(seconds))}
        />
        {problem && <ProblemNotice problem={problem} />}
        <Log lines={log} />
        <div>
          <ButtonLink kind="quiet" href={pathOf(policy.toBase58())}>
            Open this payment&apos;s own page
          </ButtonLink>
        </div>
      </div>
    </div>
  );
}

interface ClockBoxProps {
  jumps: readonly DemoJump[];
  isBusy: boolean;
  hasEnded: boolean;
  onJump(jump: DemoJump): void;
}

/** Renders the ways to move the clock: a day, and to each coming change. */
function ClockBox({ jumps, isBusy, hasEnded, onJump }: ClockBoxProps) {
  const day = { seconds: DAY, label: "Let a day pass", done: "One day passed." };
  return (
    <RoleBox name="The clock">
      {(hasEnded ? [] : [day, ...jumps]).map((jump) => (
        <Button key={jump.label} isBusy={isBusy} onClick={() => onJump(jump)}>
          {jump.label}
        </Button>
      ))}
    </RoleBox>
  );
}

/** Runs one step at a time, and keeps what happened. */
function useDemoRun(refresh: () => void, now: number) {
  const [log, setLog] = useState<readonly LogLine[]>([
    { at: now, text: "Ada locked 1,000.00 in the vault. Brook accepted the terms." },
  ]);
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const run = (done: string, work: () => Promise<unknown>) => {
    setBusy(true);
    setProblem(null);
    work()
      .then(
        () => setLog((lines) => [...lines, { at: now, text: done }]),
        (error: unknown) => setProblem(explainProblem(error)),
      )
      .finally(() => {
        setBusy(false);
        refresh();
      });
  };
  return { log, isBusy, problem, run };
}

function RoleBox({ name, children }: { name: string; children: React.ReactNode }) {
  const isEmpty = Array.isArray(children) && children.flat().filter(Boolean).length === 0;
  return (
    <fieldset className="home-demo-role">
      <legend>{name}</legend>
      {isEmpty ? (
        <p className="small muted">Nothing to do now.</p>
      ) : (
        <div className="row">{children}</div>
      )}
    </fieldset>
  );
}

function Log({ lines }: { lines: readonly LogLine[] }) {
  return (
    <ol className="home-demo-log" aria-label="What happened" aria-live="polite">
      {lines.map(({ text }, at) => (
        <li key={at}>{text}</li>
      ))}
    </ol>
  );
}
