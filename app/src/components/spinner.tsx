import { useSyncExternalStore } from "react";
import { waitingParts } from "./lazy-part";

/** Renders a turning circle beside a text that says what is waited for. */
export function Spinner() {
  return <span className="spinner" aria-hidden="true" />;
}

/** Renders a line that says what is being loaded, announced to screen readers, and why it takes long where it does. */
export function Loading({ what }: { what: string }) {
  const isWaiting = useSyncExternalStore(waitingParts.subscribe, waitingParts.get);
  return (
    <p className="row muted" role="status">
      <Spinner /> Loading {what}
      {isWaiting &&
        ". The page's server does not answer. Nothing was lost, and the page asks again every few seconds."}
    </p>
  );
}
