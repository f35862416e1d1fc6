/** Contents of the dialog that sends: the review, and what to do now. They are loaded once a wallet is connected. */
import { type Send, TransactionReview, useWallets } from "@milepost/react";
import { type RefObject, useEffect } from "react";
import { Icon } from "../components/icon";

interface SendStepsProps {
  send: Send;
  nameOf?: ((address: string) => string | undefined) | undefined;
  confirmLabel?: string | undefined;
  /** Dialog around these contents. */
  dialog: RefObject<HTMLDialogElement | null>;
}

/** Code of the notice that the wallet has not answered for 20 seconds. */
const SILENT = "wallet.silent";

/** Renders the step of a sending. */
export default function SendSteps({ send, nameOf, confirmLabel, dialog }: SendStepsProps) {
  useFocusInside(dialog, send.state.step);
  return (
    <>
      <TransactionReview send={send} nameOf={nameOf} confirmLabel={confirmLabel} />
      <div className="send-dialog-hint" aria-live="polite">
        <Hint send={send} />
      </div>
    </>
  );
}

/** Says what to do now, in the steps in which the person waits or decides. */
function Hint({ send: { state } }: { send: Send }) {
  const { connected } = useWallets();
  const wallet = connected?.name ?? "your wallet";
  switch (state.step) {
    case "review":
      return (
        <p className="muted small">
          Everything below was read from the transaction itself. It is valid for about a minute.
          After that it is built again, and you check it again if it changed.
        </p>
      );
    case "signing":
      return (
        <>
          <p className="row">
            <Icon name="lock" />
            <strong>Open {wallet} and approve the transaction there.</strong>
          </p>
          {state.notice?.code === SILENT && (
            <ul className="send-dialog-search">
              <li>
                Look for the window of {wallet} behind this one, or for its icon in the toolbar.
              </li>
              <li>Unlock {wallet} if it asks for a password.</li>
              <li>Cancel here and try again if there is no window. Nothing was sent.</li>
            </ul>
          )}
        </>
      );
    case "sending":
      return (
        <p className="muted">
          Leave this page open. The page keeps sending the transaction until it is confirmed or has
          expired.
        </p>
      );
    case "confirmed":
      return (
        <p className="row send-dialog-done">
          <Icon name="good" />
          <strong>The transaction is on the chain.</strong>
        </p>
      );
    default:
      return null;
  }
}

/** Moves the focus to the heading when the button that had it is gone, so that the keyboard stays in the dialog. */
function useFocusInside(
  ref: RefObject<HTMLDialogElement | null>,
  step: Send["state"]["step"],
): void {
  useEffect(() => {
    const dialog = ref.current;
    const active = document.activeElement;
    if (!dialog || (active !== dialog && dialog.contains(active))) return;
    dialog.querySelector<HTMLElement>(".milepost-review-title")?.focus();
  }, [ref, step]);
}
