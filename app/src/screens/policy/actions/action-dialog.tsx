/** The dialog with the form of an action. */
import type { PolicyData } from "@milepost/react";
import { Dialog } from "../../../components/dialog";
import type { ActionText } from "../action-texts";
import type { Token } from "../token";
import { AcceptForm } from "./accept-form";
import { formOf } from "./action-form";
import { ApproveForm } from "./approve-form";
import type { ActionInput } from "./build-action";
import { DecideForm } from "./decide-form";
import { DeliverForm } from "./deliver-form";
import { DisputeForm } from "./dispute-form";
import { FormFrame, type FormProps } from "./form-frame";
import { FundForm } from "./fund-form";
import { MoveForm } from "./move-form";
import { TogetherForm } from "./together-form";

interface ActionDialogProps {
  /** Action whose form is open; null for none. */
  text: ActionText | null;
  data: PolicyData;
  token: Token;
  onSubmit(input: ActionInput): void;
  onClose(): void;
}

/** Renders the form of an action in a dialog. A click beside it loses no input. */
export function ActionDialog({ text, data, token, onSubmit, onClose }: ActionDialogProps) {
  if (!text) return null;
  return (
    <Dialog title={text.label} isOpen isSticky onClose={onClose}>
      <FormBody form={{ text, onSubmit, onCancel: onClose }} data={data} token={token} />
    </Dialog>
  );
}

function FormBody({ form, data, token }: { form: FormProps; data: PolicyData; token: Token }) {
  switch (formOf(form.text.action)) {
    case "accept":
      return <AcceptForm {...form} data={data} />;
    case "approve":
      return <ApproveForm {...form} data={data} token={token} />;
    case "decide":
      return <DecideForm {...form} data={data} token={token} />;
    case "deliver":
      return <DeliverForm {...form} />;
    case "dispute":
      return <DisputeForm {...form} data={data} />;
    case "fund":
      return <FundForm {...form} data={data} token={token} />;
    case "move":
      return <MoveForm {...form} data={data} />;
    case "together":
      return <TogetherForm {...form} data={data} token={token} />;
    default:
      return <FormFrame {...form} onContinue={() => form.onSubmit({})} />;
  }
}
