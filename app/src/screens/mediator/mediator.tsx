/** The mediator's desk: a queue of disputes by deadline, and the case that is open. */
import { useConnectedWallet } from "@milepost/react";
import { PageTitle } from "../../components/page-title";
import { useConfig } from "../../config/config-context";
import { SignInGate, useResource, useSession } from "../../gateway";
import { ConnectPrompt } from "../../wallet/connect-control";
import { loadProjects } from "../project/data/load-projects";
import type { Project } from "../project/rules/types";
import { Desk } from "./desk";
import "../project/project.css";
import "./mediator.css";

/** Renders `/mediator`. It works on the chain alone; a gateway adds projects, files and messages. */
export default function Mediator() {
  const wallet = useConnectedWallet();
  const { hasGateway } = useConfig();
  return (
    <>
      <PageTitle
        title="Mediator's desk"
        lead="Disputes that name your wallet, the next deadline first."
      />
      {!wallet && (
        <ConnectPrompt title="Whose disputes?">
          <p>The queue is found on chain by the wallet that a payment names as its mediator.</p>
        </ConnectPrompt>
      )}
      {wallet && !hasGateway && (
        <Desk address={wallet.address} projects={[]} refreshProjects={() => undefined} />
      )}
      {wallet && hasGateway && <WithGateway key={wallet.address} address={wallet.address} />}
    </>
  );
}

function WithGateway({ address }: { address: string }) {
  const { isOfWallet } = useSession();
  const projects = useResource<Project[]>(
    isOfWallet ? `mediated ${address}` : null,
    (gateway, signal) => loadProjects(gateway, signal),
    { pollMs: 10_000 },
  );
  return (
    <>
      <SignInGate purpose="see the projects of this gateway">{null}</SignInGate>
      <Desk
        address={address}
        projects={projects.data ?? []}
        refreshProjects={() => void projects.refresh()}
      />
    </>
  );
}
