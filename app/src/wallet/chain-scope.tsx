/** Everything that needs the chain: the connection and the wallets. It is loaded after the first page. */
import { MilepostProvider, type MilepostProviderProps, WalletProvider } from "@milepost/react";
import { Connection } from "@solana/web3.js";
import { type ReactNode, useEffect, useMemo } from "react";
import { createPortal } from "react-dom";
import { untilLoaded } from "../components/lazy-part";
import { browserStorage } from "../config/browser-storage";
import { useConfig } from "../config/config-context";
import type { PageConfig } from "../config/page-config";
import { ChainGuard } from "./chain-guard";
import { ConnectControl } from "./connect-control";
import { ConnectDialogProvider } from "./connect-dialog";
import { readOwnRpc } from "./own-rpc";

const CHAINS: Readonly<Record<PageConfig["network"], NonNullable<MilepostProviderProps["chain"]>>> =
  {
    "mainnet-beta": "solana:mainnet",
    devnet: "solana:devnet",
    testnet: "solana:testnet",
    sandbox: "solana:localnet",
    localnet: "solana:localnet",
  };

/** Opens the connection to the page's node, or to the user's own. */
function openConnection({ rpcUrl, wsUrl }: PageConfig, ownRpc: string | null): Connection {
  if (ownRpc !== null) return new Connection(ownRpc, { commitment: "confirmed" });
  const subscriptions = wsUrl === undefined ? {} : { wsEndpoint: wsUrl };
  return new Connection(rpcUrl, { commitment: "confirmed", ...subscriptions });
}

interface ChainScopeProps {
  /** Place in the frame for the control that connects a wallet. */
  controlSlot: HTMLElement | null;
  /** True to open the dialog at once, because the click came before this code. */
  startsOpen: boolean;
  children: ReactNode;
}

/** Gives connection and wallets to the screens below it. */
export default function ChainScope({ controlSlot, startsOpen, children }: ChainScopeProps) {
  const config = useConfig();
  const connection = useMemo(
    () => openConnection(config, readOwnRpc(browserStorage("localStorage"))),
    [config],
  );
  const symbols = useMemo(
    () => Object.fromEntries((config.mints ?? []).map(({ mint, symbol }) => [mint, symbol])),
    [config],
  );
  const { genesisHash, explorerUrl = null } = config;
  return (
    <MilepostProvider
      connection={connection}
      chain={CHAINS[config.network]}
      explorerUrl={explorerUrl}
      symbols={symbols}
      {...(genesisHash === undefined ? {} : { genesisHash })}
    >
      <WalletProvider>
        <SandboxWallets />
        <ConnectDialogProvider>
          {controlSlot && createPortal(<ConnectControl startsOpen={startsOpen} />, controlSlot)}
          <ChainGuard rpcUrl={connection.rpcEndpoint}>{children}</ChainGuard>
        </ConnectDialogProvider>
      </WalletProvider>
    </MilepostProvider>
  );
}

/** Registers the sandbox's wallets while the page is open. Outside a sandbox there are none, and their code is not loaded. */
function SandboxWallets() {
  const { sandbox } = useConfig();
  useEffect(() => {
    if (!sandbox) return;
    let remove: (() => void) | undefined;
    let isClosed = false;
    void untilLoaded(() => import("./sandbox-wallets")).then(({ registerSandboxWallets }) => {
      if (isClosed) return;
      remove = registerSandboxWallets(sandbox.wallets, (input, init) => fetch(input, init));
    });
    return () => {
      isClosed = true;
      remove?.();
    };
  }, [sandbox]);
  return null;
}
