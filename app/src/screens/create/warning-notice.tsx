/** A warning with its next step. */
import { Notice } from "../../components/notice";
import type { DraftWarning } from "./warnings";

/** Renders a warning. It never blocks. */
export function WarningNotice({ warning }: { warning: DraftWarning }) {
  return (
    <Notice kind="warn" title={warning.title} isLive>
      <p>{warning.text}</p>
      <p>{warning.nextStep}</p>
    </Notice>
  );
}
