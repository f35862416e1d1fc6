/** Ties the gateway to the connected wallet, for the screens below it. */
import { explainProblem, useConnectedWallet } from "@milepost/react";
import type { ReactNode } from "react";
import { GatewayProvider } from "./gateway-context";
import { ReachNotice } from "./problem-notice";

/** Gives the gateway of this page's host to the screens below it. It needs a `WalletProvider` above. */
export default function GatewayScope({ children }: { children: ReactNode }) {
  const wallet = useConnectedWallet();
  return (
    <GatewayProvider wallet={wallet} explainWallet={explainProblem}>
      <ReachNotice />
      {children}
    </GatewayProvider>
  );
}
