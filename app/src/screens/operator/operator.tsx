/** The operator's desk: the gateway's health and fees, and an account's webhooks, keys, reconciliations and audit log. */
import { useState } from "react";
import { PageTitle } from "../../components/page-title";
import { Field } from "../../components/field";
import { Notice } from "../../components/notice";
import { type Tab, Tabs } from "../../components/tabs";
import { SignInGate, useSession, type WalletSession } from "../../gateway";
import { ApiKeys } from "./api-keys";
import { AuditLog } from "./audit-log";
import { GatewaySettings } from "./gateway-settings";
import { Overview } from "./overview";
import { Reconciliations } from "./reconciliations";
import { Webhooks } from "./webhooks";
import "./operator.css";

/** Renders the desk for the operator's wallet and for administrators. */
export default function OperatorScreen() {
  return (
    <>
      <PageTitle
        title="Operator's desk"
        lead="The gateway's health and fees, and what an account's administrators look after. No button here moves anybody's payment."
      />
      <SignInGate purpose="open the operator's desk">
        <Desk />
      </SignInGate>
    </>
  );
}

function Desk() {
  const { session, signOut } = useSession();
  if (!session) return null;
  if (!session.isOperator && session.accounts.length === 0) return <NoAccess session={session} />;
  return (
    <>
      <p className="row small muted">
        Signed in as <span className="mono operator-address">{session.address}</span> (
        {session.mode} mode).
        <button type="button" className="button" data-kind="quiet" onClick={() => void signOut()}>
          Sign out
        </button>
      </p>
      <DeskTabs session={session} />
    </>
  );
}

function NoAccess({ session: { address } }: { session: WalletSession }) {
  return (
    <Notice kind="warn" title="This wallet is neither the operator nor an administrator">
      <p>
        Connect the wallet that is the authority of the gateway on chain. Or have the operator add
        this one to an account:
      </p>
      <p className="mono small operator-command">
        milepost-gateway administrators add --account ACCOUNT --address {address}
      </p>
    </Notice>
  );
}

type TabName = "overview" | "gateway" | "webhooks" | "keys" | "reconciliation" | "audit";

function DeskTabs({ session }: { session: WalletSession }) {
  const { isOperator, accounts } = session;
  const [account, setAccount] = useState(accounts[0]?.id ?? null);
  const [selected, setSelected] = useState<TabName>(isOperator ? "overview" : "webhooks");
  const operatorTabs: Tab<TabName>[] = [
    { name: "overview", label: "Overview", panel: <Overview onOpen={setSelected} /> },
    { name: "gateway", label: "Gateway and fees", panel: <GatewaySettings /> },
  ];
  const accountTabs: Tab<TabName>[] = account === null ? [] : tabsOf(account);
  const tabs = [...(isOperator ? operatorTabs : []), ...accountTabs];
  return (
    <>
      {accounts.length > 1 && (
        <Field label="Account" hint="Webhooks, keys, reconciliations and audit log belong to it.">
          {(control) => (
            <select
              {...control}
              value={account ?? ""}
              onChange={(event) => setAccount(event.target.value)}
            >
              {accounts.map(({ id, name }) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
            </select>
          )}
        </Field>
      )}
      <Tabs
        label="Parts of the desk"
        tabs={tabs}
        selected={selected}
        onSelect={(name) => setSelected(name)}
      />
      {account === null && (
        <p className="muted">
          This wallet administers no account. Add it with{" "}
          <code>milepost-gateway administrators add</code> to see webhooks, keys and the audit log
          here.
        </p>
      )}
    </>
  );
}

/** Returns the tabs of an account. Another account begins each of them anew. */
const tabsOf = (account: string): Tab<TabName>[] => [
  { name: "webhooks", label: "Webhooks", panel: <Webhooks key={account} account={account} /> },
  { name: "keys", label: "API keys", panel: <ApiKeys key={account} account={account} /> },
  {
    name: "reconciliation",
    label: "Reconciliation",
    panel: <Reconciliations key={account} account={account} />,
  },
  { name: "audit", label: "Audit log", panel: <AuditLog key={account} account={account} /> },
];
