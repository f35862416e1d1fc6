/** Keeps a wallet from being used on another chain than the page's. */
import { useWallets } from "@milepost/react";
import { type ReactNode, useEffect, useState } from "react";
import { ButtonLink } from "../components/button";
import { Notice } from "../components/notice";
import { browserStorage } from "../config/browser-storage";
import { useConfig } from "../config/config-context";
import { ROUTES } from "../config/routes";
import { type ChainCheck, checkChain } from "./own-rpc";

const CHECKED = "milepost:checked-chain";

/**
 * Shows the screen unless the node is on another chain. The node is asked once per tab and node, when a wallet connects:
 * reading alone risks nothing. `useSend` asks again before it signs.
 */
export function ChainGuard({ rpcUrl, children }: { rpcUrl: string; children: ReactNode }) {
  const { connected } = useWallets();
  const check = useChainCheck(rpcUrl, connected !== null);
  if (check?.status !== "other") return <>{children}</>;
  return (
    <Notice kind="bad" title="The RPC node is on another chain" isLive>
      <p>
        The page shows nothing from it, and nothing can be signed. Choose another node, or return to
        the page&apos;s own.
      </p>
      <p className="small">
        Expected genesis hash <span className="mono">{check.expected}</span>, received{" "}
        <span className="mono">{check.received}</span>.
      </p>
      <div>
        <ButtonLink kind="primary" href={ROUTES.settings}>
          Open the settings
        </ButtonLink>
      </div>
    </Notice>
  );
}

function useChainCheck(rpcUrl: string, isWanted: boolean): ChainCheck | null {
  const { genesisHash } = useConfig();
  const [check, setCheck] = useState<ChainCheck | null>(null);
  const key = `${genesisHash} ${rpcUrl}`;
  useEffect(() => {
    const storage = browserStorage("sessionStorage");
    if (!isWanted || !genesisHash || storage.getItem(CHECKED) === key) return;
    const controller = new AbortController();
    const ask: typeof fetch = (input, init) => fetch(input, init);
    void checkChain(ask, rpcUrl, { genesisHash, rpcUrl }, controller.signal).then((result) => {
      if (controller.signal.aborted) return;
      setCheck(result);
      if (result.status === "same") remember(storage, key);
    });
    return () => controller.abort();
  }, [rpcUrl, genesisHash, isWanted, key]);
  return check;
}

function remember(storage: Pick<Storage, "setItem">, key: string) {
  try {
    storage.setItem(CHECKED, key);
  } catch {
    // The next screen asks again.
  }
}
