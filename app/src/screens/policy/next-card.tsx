/** What the connected wallet can do: one primary action, the others below it, dangerous ones last. */
import {
  NextActionCard,
  type PolicyData,
  useChainTime,
  useConnectedWallet,
  useNextActions,
  useSend,
} from "@milepost/react";
import type { NextAction, NextActions } from "@milepost/sdk";
import { Suspense, useState } from "react";
import { lazyPart } from "../../components/lazy-part";
import { Button } from "../../components/button";
import { Card } from "../../components/card";
import { Loading } from "../../components/spinner";
import { useConnectDialog } from "../../wallet/connect-dialog";
import { SendDialog } from "../../wallet/send-dialog";
import { type ActionList, type ActionText, orderActions } from "./action-texts";
import { formOf } from "./actions/action-form";
import type { ActionInput } from "./actions/build-action";
import { canBuild } from "./actions/can-build";
import { namesOf } from "./names";
import type { Token } from "./token";

const ActionDialog = lazyPart(async () => {
  const { ActionDialog } = await import("./actions/action-dialog");
  return { default: ActionDialog };
});

interface NextCardProps {
  data: PolicyData;
  token: Token;
}

/** Renders the actions of the connected wallet, their forms, and the dialog that sends them. */
export function NextCard({ data, token }: NextCardProps) {
  const { snapshot } = data;
  const address = snapshot.policyAddress.toBase58();
  const { data: actions } = useNextActions(address);
  const wallet = useConnectedWallet();
  const now = useChainTime(data.time)?.seconds;
  const send = useSend();
  const [chosen, setChosen] = useState<ActionText | null>(null);
  const nameOf = namesOf(snapshot, wallet?.address ?? null);
  const start = (text: ActionText, input: ActionInput) => {
    setChosen(null);
    const { action, label } = text;
    send.start({
      title: label,
      build: async (context) => {
        const { buildAction } = await import("./actions/build-action");
        return { instructions: await buildAction({ context, snapshot, action, input }) };
      },
    });
  };
  const choose = (text: ActionText) =>
    formOf(text.action) === "none" ? start(text, {}) : setChosen(text);
  return (
    <>
      {!wallet && <ConnectCard />}
      {wallet && actions && <ActionsCard {...{ data, actions, now, nameOf }} onChoose={choose} />}
      {chosen && (
        <Suspense fallback={<Loading what="the form" />}>
          <ActionDialog
            text={chosen}
            data={data}
            token={token}
            onSubmit={(input) => start(chosen, input)}
            onClose={() => setChosen(null)}
          />
        </Suspense>
      )}
      {/* It stays to its end, also when the agreement or the wallet is gone meanwhile. */}
      <SendDialog send={send} nameOf={nameOf} />
    </>
  );
}

interface ActionsCardProps {
  data: PolicyData;
  actions: NextActions;
  now: number | undefined;
  nameOf(address: string): string | undefined;
  onChoose(text: ActionText): void;
}

function ActionsCard({ data, actions, now, nameOf, onChoose }: ActionsCardProps) {
  const { primary, others } = listOf(actions, data);
  return (
    <div className="card policy-next">
      <NextActionCard
        actions={actions}
        now={now}
        nameOf={nameOf}
        offers={(action) => isSame(action, primary?.action)}
        onChoose={() => primary && onChoose(primary)}
      />
      <OtherActions
        key={String(primary === null)}
        texts={others}
        isOpen={primary === null}
        onChoose={onChoose}
      />
    </div>
  );
}

function ConnectCard() {
  const { open } = useConnectDialog();
  return (
    <Card title="What you can do">
      <p>
        Connect the wallet of the payer, the recipient or the mediator. The page finds your role on
        the chain.
      </p>
      <div>
        <Button kind="primary" onClick={open}>
          Connect your wallet
        </Button>
      </div>
    </Card>
  );
}

function listOf(actions: NextActions, { snapshot }: PolicyData): ActionList {
  const isAccepted = !(snapshot.escrow?.account.acceptedAt.isZero() ?? true);
  return orderActions(actions.possible.filter(canBuild), { ...actions, isAccepted });
}

function isSame(action: NextAction, other: NextAction | undefined): boolean {
  return (
    action.instruction === other?.instruction &&
    action.role === other.role &&
    action.cosigner === other.cosigner
  );
}

interface OtherActionsProps {
  texts: readonly ActionText[];
  /** True to show them at once, because there is no primary action. */
  isOpen: boolean;
  onChoose(text: ActionText): void;
}

function OtherActions({ texts, isOpen, onChoose }: OtherActionsProps) {
  if (texts.length === 0) return null;
  return (
    <details className="policy-others" open={isOpen}>
      <summary>Other actions ({texts.length})</summary>
      <ul>
        {texts.map((text) => (
          <li key={`${text.action.instruction} ${text.label}`}>
            <Button kind={text.isDangerous ? "danger" : "normal"} onClick={() => onChoose(text)}>
              {text.label}
            </Button>
            <p className="small muted">{text.text}</p>
          </li>
        ))}
      </ul>
    </details>
  );
}
