"use client";

import { type KeyboardEvent, useId, useRef, useState } from "react";
import { useWallets } from "../wallets/wallet-provider";
import type { DiscoveredWallet } from "../wallets/wallet-registry";
import { AddressText } from "./address-text";
import { classes } from "./amount-text";
import { ProblemNotice } from "./problem-notice";

/** Properties of `WalletButton`. */
export interface WalletButtonProps {
  /** Text of the button while no wallet is connected. Default: `Connect wallet`. */
  label?: string;
  /** Additional class names. */
  className?: string;
}

/**
 * Connects and disconnects a wallet: a button that opens the list of the browser's wallets, or the connected account.
 * @example
 * import { WalletButton } from "@milepost/react";
 *
 * <WalletButton label="Connect wallet" />;
 */
export function WalletButton({ label = "Connect wallet", className }: WalletButtonProps) {
  const { status, cancel, problem } = useWallets();
  const [isOpen, setIsOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const panel = useId();
  const close = () => {
    setIsOpen(false);
    button.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || !isOpen) return;
    event.stopPropagation();
    close();
  };
  const isShown = problem && (isOpen || problem.code !== "wallet.none");
  return (
    <div
      className={classes("milepost-wallet", className)}
      data-state={status}
      onKeyDown={onKeyDown}
    >
      <button
        ref={button}
        type="button"
        className="milepost-wallet-button"
        aria-expanded={isOpen}
        aria-controls={panel}
        onClick={() => setIsOpen(!isOpen)}
      >
        <ButtonContent label={label} />
      </button>
      <div id={panel} className="milepost-wallet-panel" hidden={!isOpen}>
        <WalletPanel onClose={close} />
      </div>
      {status === "connecting" ? (
        <button type="button" className="milepost-wallet-cancel" onClick={cancel}>
          Cancel
        </button>
      ) : null}
      <div aria-live="polite">
        {isShown ? <ProblemNotice problem={problem} isNotice={status === "connecting"} /> : null}
      </div>
    </div>
  );
}

function ButtonContent({ label }: { label: string }) {
  const { connected, status } = useWallets();
  if (!connected) return status === "connecting" ? "Waiting for your wallet" : label;
  return (
    <>
      <img className="milepost-wallet-icon" src={connected.icon} alt="" />
      <AddressText address={connected.address} name={connected.name} />
    </>
  );
}

function WalletPanel({ onClose }: { onClose: () => void }) {
  const { wallets, connected, connect, disconnect } = useWallets();
  const choose = (wallet: DiscoveredWallet) => {
    void connect(wallet);
    onClose();
  };
  if (connected) {
    const leave = () => {
      void disconnect();
      onClose();
    };
    return (
      <button type="button" className="milepost-wallet-disconnect" onClick={leave}>
        Disconnect
      </button>
    );
  }
  return (
    <ul className="milepost-wallet-list" aria-label="Wallets in this browser">
      {wallets.map((wallet) => (
        <li key={wallet.name}>
          <button type="button" disabled={!wallet.isSupported} onClick={() => choose(wallet)}>
            <img className="milepost-wallet-icon" src={wallet.icon} alt="" />
            {wallet.name}
            {wallet.isSupported ? null : " (does not know this network)"}
          </button>
        </li>
      ))}
    </ul>
  );
}
