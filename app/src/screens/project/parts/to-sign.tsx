/** Steps that wait for this wallet's signature: of the other party, or one's own from before a reload. */
import { TimeText } from "@milepost/react";
import { Button } from "../../../components/button";
import { Notice } from "../../../components/notice";
import type { OpenProject } from "../data/use-project";
import type { Steps } from "../data/use-step";
import { stepWords } from "../rules/step-words";
import { personName } from "../rules/role";

/** Renders each waiting step with the button that continues it. Nothing is sent before the wallet signs. */
export function ToSign({ open, steps }: { open: OpenProject; steps: Steps }) {
  const { project, party, view } = open;
  return view.toSign.map((action) => {
    const words = stepWords(action.action);
    const isOwn = action.party === party;
    const title = isOwn
      ? `You began: ${words}`
      : `${personName(project, action.party)} has signed: ${words}`;
    return (
      <Notice key={action.id} kind={isOwn ? "info" : "warn"} title={title} isLive>
        <p>
          {isOwn
            ? "It was not signed yet, and nothing was sent."
            : "Your signature on the same transaction completes it."}{" "}
          It expires: <TimeText seconds={action.signing!.expiresAt} now={view.now} />.
        </p>
        <div>
          <Button kind={isOwn ? "normal" : "primary"} onClick={() => steps.resume(action, words)}>
            {isOwn ? "Continue" : "Review and sign"}
          </Button>
        </div>
      </Notice>
    );
  });
}
