/** How far allowance and balance of each token reach, and the button that repairs a gap. */
import {
  AddressText,
  AmountText,
  ProblemNotice,
  TimeText,
  useCoverage,
  useMilepost,
  useSend,
} from "@milepost/react";
import { type DelegationCoverage, syncDelegation } from "@milepost/sdk";
import { useState } from "react";
import { Button } from "../../components/button";
import { Card } from "../../components/card";
import { Notice } from "../../components/notice";
import { SendDialog } from "../../wallet/send-dialog";
import { type CoverageView, coverageView, type ShownMint } from "./coverage-words";

interface CoverageSectionProps {
  owner: string;
  decimals: ReadonlyMap<string, number>;
  now: number;
  /** Called after a repair. */
  onRepaired(): void;
}

/** Renders the coverage of each token in which the wallet has delegated payments. */
export default function CoverageSection({
  owner,
  decimals,
  now,
  onRepaired,
}: CoverageSectionProps) {
  const { symbols } = useMilepost();
  const { data, problem, refresh } = useCoverage(owner);
  const send = useSend();
  const promised = (data ?? []).filter(({ committed }) => !committed.isZero());
  if (promised.length === 0 && !problem) return null;
  const repair = (coverage: DelegationCoverage, replaceDelegate: boolean) =>
    send.start({
      title: "Renew the permission",
      build: async (context) => ({
        instructions: await syncDelegation(context, { mint: coverage.mint, replaceDelegate }),
      }),
    });
  return (
    <Card title="Are your promises covered?">
      <p className="muted">
        Delegated payments are pulled from your wallet. They need a permission and enough money on
        their day.
      </p>
      {problem && <ProblemNotice problem={problem} isNotice />}
      {promised.map((coverage) => {
        const address = coverage.mint.toBase58();
        const mint = { symbol: symbols[address] ?? "tokens", decimals: decimals.get(address) ?? 0 };
        return (
          <MintCoverage
            key={address}
            coverage={coverage}
            mint={mint}
            now={now}
            onRepair={(replaces) => repair(coverage, replaces)}
          />
        );
      })}
      <SendDialog
        send={send}
        onClosed={(isConfirmed) => {
          if (!isConfirmed) return;
          refresh();
          onRepaired();
        }}
      />
    </Card>
  );
}

interface MintCoverageProps {
  coverage: DelegationCoverage;
  mint: ShownMint;
  now: number;
  onRepair(replacesDelegate: boolean): void;
}

function MintCoverage({ coverage, mint, now, onRepair }: MintCoverageProps) {
  const view = coverageView(coverage, mint);
  return (
    <section className="stack-tight mine-coverage" aria-label={`Coverage in ${mint.symbol}`}>
      <div className="row row-spread">
        <h3>{mint.symbol}</h3>
        <span className="number">{view.percent}% covered</span>
      </div>
      <div className="mine-bar" data-covered={view.isCovered} aria-hidden="true">
        <div style={{ width: `${view.percent}%` }} />
      </div>
      <p>{view.text}</p>
      {view.fallsShortAt !== null && (
        <p>
          {view.fallsShortAt === 0 || view.fallsShortAt <= now ? (
            <strong>A payment can fail from now on.</strong>
          ) : (
            <>
              The first payment that would fail is due{" "}
              <TimeText seconds={view.fallsShortAt} now={now} />.
            </>
          )}
        </p>
      )}
      <Repair view={view} coverage={coverage} mint={mint} onRepair={onRepair} />
    </section>
  );
}

function Repair({
  view,
  coverage,
  mint,
  onRepair,
}: Omit<MintCoverageProps, "now"> & { view: CoverageView }) {
  const [isAgreed, setAgreed] = useState(false);
  return (
    <>
      {view.missingBalance > 0n && (
        <Notice kind="warn" title="The balance is too low">
          <p>
            Add{" "}
            <AmountText
              amount={view.missingBalance}
              decimals={mint.decimals}
              symbol={mint.symbol}
            />{" "}
            to your wallet. Its token account is{" "}
            <AddressText address={coverage.tokenAccount} isLinked />.
          </p>
        </Notice>
      )}
      {view.repair === "sync" && (
        <div>
          <Button kind="primary" onClick={() => onRepair(false)}>
            Renew the permission
          </Button>
        </div>
      )}
      {view.repair === "replace" && (
        <Notice kind="warn" title="Another program has the permission">
          <p>
            A token account has one permission at a time. Renewing it here ends the permission of{" "}
            {coverage.delegate && <AddressText address={coverage.delegate} isLinked />}.
          </p>
          <label className="row">
            <input
              type="checkbox"
              checked={isAgreed}
              onChange={(event) => setAgreed(event.target.checked)}
            />
            End the other permission
          </label>
          <div>
            <Button disabled={!isAgreed} onClick={() => onRepair(true)}>
              Renew the permission
            </Button>
          </div>
        </Notice>
      )}
    </>
  );
}
