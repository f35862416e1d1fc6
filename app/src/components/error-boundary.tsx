/** What a screen shows when its own code fails. */
import { Component, type ReactNode } from "react";
import { Button } from "./button";
import { Notice } from "./notice";

interface State {
  error: Error | null;
}

/** Catches a failure below it, so that the frame and the other screens stay usable. */
export class ErrorBoundary extends Component<{ children: ReactNode }, State> {
  override state: State = { error: null };

  static getDerivedStateFromError(error: unknown): State {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <Notice kind="bad" title="This screen failed" isLive>
        <p>Nothing was signed or sent because of it. Reload the page to try again.</p>
        <p className="mono small">{error.message}</p>
        <div>
          <Button onClick={() => location.reload()}>Reload</Button>
        </div>
      </Notice>
    );
  }
}
