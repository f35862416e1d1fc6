/** The dialog that connects a wallet, and the hook that opens it from any screen. */
import { ProblemNotice, useWallets } from "@milepost/react";
import { createContext, type ReactNode, Suspense, useContext, useMemo, useState } from "react";
import { Button } from "../components/button";
import { Dialog } from "../components/dialog";
import { lazyPart } from "../components/lazy-part";
import { Loading } from "../components/spinner";
import "./connect.css";

const ConnectPanel = lazyPart(() => import("./connect-panel"));

interface ConnectDialogControls {
  /** Opens the dialog. */
  open(): void;
}

const ConnectDialogContext = createContext<ConnectDialogControls | null>(null);

/** Returns the controls of the dialog. */
export function useConnectDialog(): ConnectDialogControls {
  const controls = useContext(ConnectDialogContext);
  if (!controls) throw new Error("expected a ConnectDialogProvider above, found none");
  return controls;
}

/** Gives `useConnectDialog` to everything below it, and renders the dialog. */
export function ConnectDialogProvider({ children }: { children: ReactNode }) {
  const [isOpen, setOpen] = useState(false);
  const { connected, status, cancel, problem } = useWallets();
  const [before, setBefore] = useState(connected);
  if (before !== connected) {
    setBefore(connected);
    // The dialog has done its work.
    if (connected && !before) setOpen(false);
  }
  const controls = useMemo(() => ({ open: () => setOpen(true) }), []);
  const close = () => {
    if (status === "connecting") cancel();
    setOpen(false);
  };
  return (
    <ConnectDialogContext.Provider value={controls}>
      {children}
      <Dialog
        title={connected ? "Your wallet" : "Connect a wallet"}
        isOpen={isOpen}
        onClose={close}
      >
        <Suspense fallback={<Loading what="the wallets" />}>
          <ConnectPanel onClose={close} />
        </Suspense>
        {problem && problem.code !== "wallet.none" && (
          <ProblemNotice problem={problem} isNotice={status === "connecting"} />
        )}
        <div className="dialog-actions">
          <Button onClick={close}>{status === "connecting" ? "Cancel" : "Close"}</Button>
        </div>
      </Dialog>
    </ConnectDialogContext.Provider>
  );
}
