/** A dangerous action, which its person confirms by typing. */
import { type ReactNode, useState } from "react";
import { Button } from "../../components/button";
import { Dialog } from "../../components/dialog";
import { Field } from "../../components/field";
import { type Explanation, ProblemNotice } from "../../gateway";

interface TypedConfirmationProps {
  title: string;
  /** Text to type exactly. */
  expected: string;
  /** Text of the button. */
  action: string;
  isBusy: boolean;
  problem: Explanation | null;
  onConfirm(): unknown;
  onClose(): void;
  /** What the action does, and what it does not touch. */
  children: ReactNode;
}

/** Renders the open dialog. Mount it to open it. */
export function TypedConfirmation(props: TypedConfirmationProps) {
  const { title, expected, action, isBusy, problem, onConfirm, onClose, children } = props;
  const [typed, setTyped] = useState("");
  const isTyped = typed.trim() === expected;
  return (
    <Dialog title={title} isOpen onClose={onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (isTyped && !isBusy) void onConfirm();
        }}
      >
        {children}
        <Field label={`Type "${expected}" to confirm`}>
          {(control) => (
            <input
              {...control}
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
              autoComplete="off"
              spellCheck={false}
            />
          )}
        </Field>
        <ProblemNotice problem={problem} />
        <div className="dialog-actions">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="danger" disabled={!isTyped} isBusy={isBusy}>
            {action}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
