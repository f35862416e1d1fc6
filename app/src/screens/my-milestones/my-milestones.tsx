/** My milestones: everything that the connected wallet pays, is paid or mediates, the next deadline first. */
import { ProblemNotice, TimeText, useMilepost, useWallets } from "@milepost/react";
import { Suspense } from "react";
import { lazyPart } from "../../components/lazy-part";
import { Button, ButtonLink } from "../../components/button";
import { Card } from "../../components/card";
import { PageTitle } from "../../components/page-title";
import { Loading } from "../../components/spinner";
import { ROUTES } from "../../config/routes";
import { ConnectPrompt } from "../../wallet/connect-control";
import { PolicyBrowser } from "./policy-browser";
import { useMyPolicies } from "./use-my-policies";
import "./my-milestones.css";

/** What sends is loaded after the list. */
const CoverageSection = lazyPart(() => import("./coverage-section"));

/** Renders the screen. */
export default function MyMilestones() {
  const { connected } = useWallets();
  return (
    <>
      <PageTitle
        title="My milestones"
        lead="What you pay, what you are paid, and what you mediate."
        aside={<ButtonLink href={ROUTES.create}>Create a payment</ButtonLink>}
      />
      {connected ? (
        <MyList key={connected.address} />
      ) : (
        <ConnectPrompt title="Whose milestones?">
          <p>Connect a wallet to see its payments. Everything here is read from the chain.</p>
        </ConnectPrompt>
      )}
    </>
  );
}

function MyList() {
  const { connected } = useWallets();
  const { symbols } = useMilepost();
  const { data, problem, isLoading, refresh } = useMyPolicies(connected?.publicKey ?? null);
  if (!data && !problem) return <Loading what="your payments from the chain" />;
  return (
    <>
      {problem && (
        <div className="stack-tight">
          <ProblemNotice problem={problem} />
          <div>
            <Button kind="primary" isBusy={isLoading} onClick={refresh}>
              Read again
            </Button>
          </div>
        </div>
      )}
      {data && connected && (
        <Suspense fallback={<Loading what="the coverage of your promises" />}>
          <CoverageSection
            owner={connected.address}
            decimals={data.decimals}
            now={data.now}
            onRepaired={refresh}
          />
        </Suspense>
      )}
      {data && data.rows.length === 0 && <NothingYet />}
      {data && data.rows.length > 0 && (
        <Card
          title="Payments"
          aside={
            <Button kind="quiet" isBusy={isLoading} onClick={refresh}>
              Read again
            </Button>
          }
        >
          <p className="small muted">
            As of <TimeText seconds={data.now} />
            {problem ? ". This list is old, because the chain did not answer." : ""}
          </p>
          <PolicyBrowser {...data} symbols={symbols} />
        </Card>
      )}
    </>
  );
}

function NothingYet() {
  return (
    <Card title="Nothing here yet">
      <p>
        No payment names this wallet. Create one, or send your address to somebody who pays you:
        their payment appears here as soon as it is on chain.
      </p>
      <div>
        <ButtonLink kind="primary" href={ROUTES.create}>
          Create a payment
        </ButtonLink>
      </div>
    </Card>
  );
}
