/** Network settings: the chain, the RPC node, and how the page looks. */
import { Card } from "../../components/card";
import { PageTitle } from "../../components/page-title";
import { browserStorage } from "../../config/browser-storage";
import { useConfig } from "../../config/config-context";
import type { PageConfig } from "../../config/page-config";
import { readOwnRpc } from "../../wallet/own-rpc";
import { RpcForm } from "./rpc-form";

const NETWORKS: Readonly<Record<PageConfig["network"], string>> = {
  "mainnet-beta": "Mainnet: real money",
  devnet: "Devnet: test money",
  testnet: "Testnet: test money",
  sandbox: "Sandbox: test money on a chain of its own",
  localnet: "Local network: test money",
};

/** Renders the settings. It needs no wallet and no answer of a node, so that a broken node can be replaced here. */
export default function Settings() {
  const config = useConfig();
  return (
    <>
      <PageTitle
        title="Settings"
        lead="These settings stay in this browser. They change nothing on the chain."
      />
      <Card title="Network">
        <NetworkFacts config={config} ownRpc={readOwnRpc(browserStorage("localStorage"))} />
      </Card>
      <Card title="Your own RPC node">
        <RpcForm />
      </Card>
      <Card title="Appearance">
        <p>
          The page follows your system: light or dark, larger text, and less motion where you asked
          for it. Change it in the settings of your system or browser.
        </p>
      </Card>
    </>
  );
}

function NetworkFacts({ config, ownRpc }: { config: PageConfig; ownRpc: string | null }) {
  return (
    <dl className="facts">
      <dt>Network</dt>
      <dd>{NETWORKS[config.network]}</dd>
      <dt>RPC node</dt>
      <dd>
        <span className="mono">{ownRpc ?? config.rpcUrl}</span>
        <br />
        <span className="small muted">{ownRpc ? "your own" : "of this page"}</span>
      </dd>
      {config.genesisHash && (
        <>
          <dt>Genesis hash</dt>
          <dd className="mono">{config.genesisHash}</dd>
        </>
      )}
      {config.gateway && (
        <>
          <dt>Platform&apos;s gateway</dt>
          <dd className="mono">{config.gateway}</dd>
        </>
      )}
    </dl>
  );
}
