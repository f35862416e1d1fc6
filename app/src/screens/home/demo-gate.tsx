/** The button that starts the demonstration, and loads its code only then. */
import { type ReactNode, Suspense, useState } from "react";
import { lazyPart } from "../../components/lazy-part";
import { Button } from "../../components/button";
import { ErrorBoundary } from "../../components/error-boundary";
import { Loading } from "../../components/spinner";

const Demo = lazyPart(() => import("./demo/demo"));

/** Renders the story with a button, and the demonstration in its place once it was pressed. */
export function DemoGate({ story }: { story: ReactNode }) {
  const [isStarted, setStarted] = useState(false);
  if (isStarted) {
    return (
      <ErrorBoundary>
        <Suspense fallback={<Loading what="the demonstration" />}>
          <Demo />
        </Suspense>
      </ErrorBoundary>
    );
  }
  return (
    <>
      {story}
      <div className="row">
        <Button kind="primary" onClick={() => setStarted(true)}>
          Play it
        </Button>
        <span className="muted">
          You play all roles with the sandbox's wallets, and move the chain's clock. The money is
          test money.
        </span>
      </div>
    </>
  );
}
