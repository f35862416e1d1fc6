/** The frame of every action's form: what follows from it, its inputs, and the way on. */
import type { FormEvent, ReactNode } from "react";
import { Button } from "../../../components/button";
import type { ActionText } from "../action-texts";
import type { ActionInput } from "./build-action";

/** What every form of an action gets. */
export interface FormProps {
  text: ActionText;
  /** Continues to the review of the transaction. */
  onSubmit(input: ActionInput): void;
  onCancel(): void;
}

interface FrameProps extends Pick<FormProps, "text" | "onCancel"> {
  /** Called when the person continues. */
  onContinue(): void;
  /** False while an input is missing; the reason is beside the input. */
  isComplete?: boolean;
  children?: ReactNode;
}

/** Renders a form. Nothing is built before it is complete and submitted. */
export function FormFrame({ text, onCancel, onContinue, isComplete = true, children }: FrameProps) {
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isComplete) onContinue();
  };
  return (
    <form className="stack" onSubmit={submit}>
      <p>{text.text}</p>
      {children}
      <div className="dialog-actions">
        <Button onClick={onCancel}>Back</Button>
        <Button type="submit" kind={text.isDangerous ? "danger" : "primary"} disabled={!isComplete}>
          Review the transaction
        </Button>
      </div>
    </form>
  );
}
