/** Contents of the dialog that connects a wallet. They are loaded when it is first opened. */
import { AddressText, type DiscoveredWallet, useWallets } from "@milepost/react";
import { useMemo, useState } from "react";
import { Button } from "../components/button";
import { Spinner } from "../components/spinner";
import { useConfig } from "../config/config-context";
import { NoWallet } from "./no-wallet";
import { SANDBOX_ROLES } from "./sandbox-wallets";

/** Renders the connected wallet, or the choice of one. */
export default function ConnectPanel({ onClose }: { onClose(): void }) {
  const { connected } = useWallets();
  return connected ? <ConnectedPanel onClose={onClose} /> : <WalletChoice />;
}

/** Puts the sandbox's wallets first, in the order of the work: client, freelancer, mediator, operator. */
function useOrderedWallets(): { wallets: DiscoveredWallet[]; texts: ReadonlyMap<string, string> } {
  const { wallets } = useWallets();
  const { sandbox } = useConfig();
  return useMemo(() => {
    const roles = sandbox ? Object.values(SANDBOX_ROLES) : [];
    const texts = new Map(roles.map(({ name, text }) => [name, text]));
    const names = [...texts.keys()];
    const rank = ({ name }: DiscoveredWallet) =>
      texts.has(name) ? names.indexOf(name) : names.length;
    return { wallets: [...wallets].sort((a, b) => rank(a) - rank(b)), texts };
  }, [wallets, sandbox]);
}

function WalletChoice() {
  const { status, connect } = useWallets();
  const { wallets, texts } = useOrderedWallets();
  const [chosen, setChosen] = useState<string | null>(null);
  if (status === "connecting") {
    return (
      <p className="row" role="status">
        <Spinner /> Waiting for {chosen ?? "your wallet"}. Look for its window and allow the
        connection.
      </p>
    );
  }
  return (
    <>
      <p>
        Connecting shares your address with this page. It moves nothing: your wallet asks you before
        every payment.
      </p>
      {wallets.length > 0 && (
        <ul className="connect-list">
          {wallets.map((wallet) => (
            <li key={wallet.name}>
              <button
                type="button"
                className="connect-wallet"
                disabled={!wallet.isSupported}
                onClick={() => {
                  setChosen(wallet.name);
                  void connect(wallet);
                }}
              >
                <img src={wallet.icon} width="32" height="32" alt="" />
                <span>
                  <strong>{wallet.name}</strong>
                  <WalletNote wallet={wallet} text={texts.get(wallet.name)} />
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
      {!wallets.some(({ isSupported }) => isSupported) && <NoWallet />}
    </>
  );
}

function WalletNote({ wallet, text }: { wallet: DiscoveredWallet; text: string | undefined }) {
  if (!wallet.isSupported) return <span className="small"> does not know this network</span>;
  return text ? <span className="small muted"> {text}</span> : null;
}

function ConnectedPanel({ onClose }: { onClose(): void }) {
  const { connected, disconnect } = useWallets();
  const [isCopied, setCopied] = useState(false);
  if (!connected) return null;
  const copy = () => {
    navigator.clipboard.writeText(connected.address).then(
      () => setCopied(true),
      () => setCopied(false),
    );
  };
  return (
    <>
      <p>
        {connected.name} is connected as <AddressText address={connected.address} isLinked />.
      </p>
      <p className="mono connect-address">{connected.address}</p>
      <div className="row">
        <Button onClick={copy}>Copy the address</Button>
        <Button
          onClick={() => {
            void disconnect();
            onClose();
          }}
        >
          Disconnect
        </Button>
        <span role="status">{isCopied ? "Copied." : ""}</span>
      </div>
    </>
  );
}
