/** The one dialog in which a transaction is reviewed, signed and sent, on every screen. */
import { type Send, useConnectedWallet } from "@milepost/react";
import { Suspense, useEffect, useRef } from "react";
import { Button } from "../components/button";
import { lazyPart } from "../components/lazy-part";
import { Loading } from "../components/spinner";
import { useModal } from "../components/use-modal";
import "./send-dialog.css";

interface SendDialogProps {
  /** Result of `useSend`; the dialog is open while its step is not `idle`. */
  send: Send;
  /** Returns the name of an address, such as `Recipient`. Default: no names. */
  nameOf?: (address: string) => string | undefined;
  /** Text of the button that asks the wallet. */
  confirmLabel?: string;
  /** Called when the dialog closes; true when the transaction was confirmed. */
  onClosed?(isConfirmed: boolean): void;
}

const loadSteps = () => import("./send-steps");
const SendSteps = lazyPart(loadSteps);

/**
 * Renders the dialog of a sending. Escape cancels only before the wallet is asked, and closes it after the end.
 * @example
 * const send = useSend();
 * <SendDialog send={send} nameOf={nameOf} />;
 */
export function SendDialog({ send, nameOf, confirmLabel, onClosed }: SendDialogProps) {
  const { step, title } = send.state;
  const ref = useRef<HTMLDialogElement>(null);
  const isOpen = step !== "idle";
  useModal(ref, isOpen);
  useReport(step, onClosed);
  useStepsEarly();
  if (!isOpen) return null;
  return (
    <dialog
      ref={ref}
      className="dialog send-dialog"
      aria-label={title}
      data-step={step}
      onCancel={(event) => {
        event.preventDefault();
        if (step === "building" || step === "review") send.cancel();
        else if (step === "confirmed" || step === "failed") send.reset();
      }}
    >
      <div className="dialog-body send-dialog-body">
        <Suspense fallback={<NotLoaded send={send} />}>
          <SendSteps send={send} nameOf={nameOf} confirmLabel={confirmLabel} dialog={ref} />
        </Suspense>
      </div>
    </dialog>
  );
}

/** Says that the review is not there yet. Nothing was sent, so the way back is open. */
function NotLoaded({ send }: { send: Send }) {
  return (
    <>
      <Loading what="the review" />
      <div className="dialog-actions">
        <Button onClick={send.cancel}>Cancel</Button>
      </div>
    </>
  );
}

/** Loads the review once a wallet is connected, so that the dialog can say what happened when the page's server is gone. */
function useStepsEarly(): void {
  const isConnected = useConnectedWallet() !== null;
  useEffect(() => {
    // The dialog itself asks again.
    if (isConnected) loadSteps().catch(() => undefined);
  }, [isConnected]);
}

function useReport(step: Send["state"]["step"], onClosed: SendDialogProps["onClosed"]): void {
  const before = useRef(step);
  useEffect(() => {
    if (step === "idle" && before.current !== "idle") onClosed?.(before.current === "confirmed");
    before.current = step;
  }, [step, onClosed]);
}
