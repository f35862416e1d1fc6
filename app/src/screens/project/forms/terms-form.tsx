/** The terms in words, before the contractor accepts them. */
import { Button } from "../../../components/button";
import { TermsList } from "../parts/terms-list";
import type { FormProps } from "./form-props";

/** Renders the terms with the button that accepts them. */
export function TermsForm({ open, action, steps, onClose }: FormProps) {
  const { project, party } = open;
  const accept = () =>
    steps.begin({
      title: "Accept the terms",
      path: action.path,
      body: { party },
      onEnd: onClose,
    });
  return (
    <div className="stack">
      <p>You accept exactly these terms. They are fixed on chain and apply to every milestone.</p>
      <TermsList project={project} />
      <div className="row">
        <Button kind="primary" onClick={accept}>
          Accept the terms
        </Button>
        <Button kind="quiet" onClick={onClose}>
          Not now
        </Button>
      </div>
    </div>
  );
}
