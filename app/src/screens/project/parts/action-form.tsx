/** The form of an action that asks for something first. */
import { Suspense } from "react";
import { lazyPart } from "../../../components/lazy-part";
import { Loading } from "../../../components/spinner";
import type { FormProps } from "../forms/form-props";
import type { Schedule } from "../rules/types";

const DecideForm = lazyPart(async () => ({
  default: (await import("../forms/decide-form")).DecideForm,
}));
const DeliverForm = lazyPart(async () => ({
  default: (await import("../forms/deliver-form")).DeliverForm,
}));
const DisputeForm = lazyPart(async () => ({
  default: (await import("../forms/dispute-form")).DisputeForm,
}));
const SplitForm = lazyPart(async () => ({
  default: (await import("../forms/split-form")).SplitForm,
}));
const TermsForm = lazyPart(async () => ({
  default: (await import("../forms/terms-form")).TermsForm,
}));

type ActionFormProps = FormProps & {
  /** Null until it is loaded. */
  schedule: Schedule | null;
  refresh(): void;
};

/** Renders the form of `action`. Its code is loaded when it is opened. */
export function ActionForm(props: ActionFormProps) {
  return (
    <Suspense fallback={<Loading what="the form" />}>
      <FormOf {...props} />
    </Suspense>
  );
}

function FormOf({ schedule, refresh, ...props }: ActionFormProps) {
  switch (props.action.action) {
    case "accept_terms":
      return <TermsForm {...props} />;
    case "submit":
      return <DeliverForm {...props} />;
    case "dispute":
      return <DisputeForm {...props} />;
    case "propose_settlement":
      if (!schedule) return <Loading what="the fees" />;
      return <SplitForm {...props} schedule={schedule} onSent={refresh} />;
    case "decide":
      if (!schedule) return <Loading what="the fees" />;
      return <DecideForm {...props} schedule={schedule} />;
    default:
      return null;
  }
}
