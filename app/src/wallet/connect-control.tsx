/** The control of the frame that connects a wallet, or shows the connected one. */
import { AddressText, useWallets } from "@milepost/react";
import { type ReactNode, useEffect, useRef } from "react";
import { Button } from "../components/button";
import { Card } from "../components/card";
import { useConnectDialog } from "./connect-dialog";

/** Renders the button in the frame. `startsOpen` opens the dialog at once, where the click came before this code. */
export function ConnectControl({ startsOpen }: { startsOpen: boolean }) {
  const { connected, status } = useWallets();
  const { open } = useConnectDialog();
  const isOpened = useRef(false);
  useEffect(() => {
    if (!startsOpen || isOpened.current) return;
    isOpened.current = true;
    open();
  }, [startsOpen, open]);
  if (!connected) {
    return (
      <Button kind="primary" isBusy={status === "connecting"} onClick={open}>
        {status === "connecting" ? "Waiting for your wallet" : "Connect wallet"}
      </Button>
    );
  }
  return (
    <Button onClick={open}>
      <img src={connected.icon} width="20" height="20" alt="" />
      <span className="connect-account">
        <span className="visually-hidden">Wallet: </span>
        <AddressText address={connected.address} name={connected.name} />
      </span>
    </Button>
  );
}

/** Renders a card that asks for a wallet, where a screen cannot work without one. */
export function ConnectPrompt({ title, children }: { title: string; children: ReactNode }) {
  const { open } = useConnectDialog();
  return (
    <Card title={title}>
      {children}
      <div>
        <Button kind="primary" onClick={open}>
          Connect wallet
        </Button>
      </div>
    </Card>
  );
}
