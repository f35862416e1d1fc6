/** `/p/:address`: one agreement on the chain. It needs an RPC node only, no server of ours. */
import { useMilepost, usePolicy } from "@milepost/react";
import { Suspense, useState } from "react";
import { lazyPart } from "../../components/lazy-part";
import { useParams } from "wouter";
import { Loading } from "../../components/spinner";
import { useConfig } from "../../config/config-context";
import "./policy.css";
import { PolicyPage } from "./policy-page";
import { PolicyUnavailable } from "./policy-unavailable";

const ProjectLink = lazyPart(() => import("../project/project-link"));

/** Renders the policy of the address in the URL. */
export default function Policy() {
  const { address = "" } = useParams<{ address: string }>();
  const { connection } = useMilepost();
  // Another address or node is another page: nothing of the old one stays.
  return <PolicyAt key={`${address} ${connection.rpcEndpoint}`} address={address} />;
}

function PolicyAt({ address }: { address: string }) {
  const policy = usePolicy(address);
  const [last, setLast] = useState(policy.data);
  if (policy.data && policy.data !== last) setLast(policy.data);
  // An agreement that is deleted while it is open stays on the screen, with its history.
  const data = policy.data ?? (policy.status === "missing" ? last : null);
  const { hasGateway } = useConfig();
  if (data) {
    return (
      <>
        {hasGateway && (
          <Suspense fallback={null}>
            <ProjectLink policy={address} />
          </Suspense>
        )}
        <PolicyPage data={data} policy={policy} />
      </>
    );
  }
  if (policy.status === "loading") return <Loading what="the agreement from the chain" />;
  return <PolicyUnavailable address={address} policy={policy} />;
}
