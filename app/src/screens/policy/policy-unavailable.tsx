/** What the screen shows where no policy can be read: no address, no account, another account, no node. */
import { MilepostErrorCode } from "@milepost/sdk";
import { type ChainResult, type PolicyData, ProblemNotice, useMilepost } from "@milepost/react";
import type { Problem } from "@milepost/react";
import { Button, ButtonLink } from "../../components/button";
import { PageTitle } from "../../components/page-title";
import { useConfig } from "../../config/config-context";
import { ROUTES } from "../../config/routes";
import { explorerLink } from "../../format/explorer";
import { HistoryCard } from "./history-card";
import { tokenOf } from "./token";
import { useHistory } from "./use-history";

interface PolicyUnavailableProps {
  address: string;
  policy: ChainResult<PolicyData>;
}

/** Code of the problem that the account is of another kind. */
const WRONG_KIND = `sdk.${MilepostErrorCode.AccountWrongKind}`;

const TITLES: Readonly<Record<string, string>> = {
  "address.malformed": "This is not an address",
  "account.missing": "No agreement at this address",
  [WRONG_KIND]: "This address is not an agreement",
};

/** Renders the reason and the ways on. The history of a closed account stays readable. */
export function PolicyUnavailable({ address, policy }: PolicyUnavailableProps) {
  const { network } = useConfig();
  const { explorerUrl } = useMilepost();
  const problem = explained(policy.problem);
  const isMissing = policy.status === "missing";
  const isAddress = problem.code !== "address.malformed";
  const link = isAddress ? explorerLink(explorerUrl, "address", address) : null;
  return (
    <>
      <PageTitle title={TITLES[problem.code] ?? problem.title} />
      <p className="mono policy-hash">{address}</p>
      <ProblemNotice problem={problem} />
      {isMissing && (
        <p>
          An agreement that was deleted has no account any more; its history is below. An agreement
          on another network is not found either: this page reads <strong>{network}</strong>.
        </p>
      )}
      <div className="row">
        {policy.status === "failed" && problem.canRetry && (
          <Button kind="primary" onClick={policy.refresh}>
            Read it again
          </Button>
        )}
        <ButtonLink href={ROUTES.milestones}>My milestones</ButtonLink>
        <ButtonLink href={ROUTES.settings}>Network settings</ButtonLink>
        {link && (
          <a
            className="button"
            data-kind="quiet"
            href={link}
            target="_blank"
            rel="noopener noreferrer nofollow"
          >
            Open in the explorer
          </a>
        )}
      </div>
      {isMissing && <PastHistory address={address} />}
    </>
  );
}

/** The account is gone, and with it the name of its mint: amounts are base units. */
function PastHistory({ address }: { address: string }) {
  const history = useHistory(address, "");
  return (
    <HistoryCard
      history={history}
      token={{ ...tokenOf("", 0, []), symbol: "base units" }}
      now={undefined}
    />
  );
}

/** Returns the problem, in words of its own where the account is something else than an agreement. */
function explained(problem: Problem | null): Problem {
  if (problem?.code !== WRONG_KIND) return problem ?? MISSING;
  return {
    ...problem,
    title: "Another account is at this address",
    text: "The account exists, but it is not an agreement of Milepost.",
    nextStep:
      "Check that you entered the agreement's address, not that of a wallet, token or vault.",
    canRetry: false,
  };
}

const MISSING: Problem = {
  code: "account.missing",
  title: "Nothing found at this address",
  text: "The chain has no such account, or it was closed.",
  nextStep: "Check the address and the network.",
  canRetry: true,
};
