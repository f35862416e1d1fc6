/** The gateway's settings on chain, and their change by the operator's wallet. */
import { AddressText, useSend } from "@milepost/react";
import { setKeeperReward, updateGateway } from "@milepost/sdk";
import { PublicKey } from "@solana/web3.js";
import { useState } from "react";
import { Button } from "../../components/button";
import { Card } from "../../components/card";
import { Loading } from "../../components/spinner";
import { formatBps } from "../../format/period";
import { ProblemNotice } from "../../gateway";
import { SendDialog } from "../../wallet/send-dialog";
import {
  confirmationFor,
  effectsOf,
  formOf,
  type GatewayChange,
  type GatewayForm,
  readChange,
} from "./gateway-change";
import { GatewayFields } from "./gateway-fields";
import type { GatewayAccount } from "./operator-report";
import { TypedConfirmation } from "./typed-confirmation";
import { useReport } from "./use-report";

/** Renders the settings as they are on chain, and the form that changes them. */
export function GatewaySettings() {
  const { data, problem, refresh } = useReport();
  if (!data) {
    return problem ? (
      <ProblemNotice problem={problem} onRetry={refresh} />
    ) : (
      <Loading what="the gateway's settings" />
    );
  }
  const { gateway } = data;
  return (
    <div className="columns">
      <Card title="On chain now">
        <Facts gateway={gateway} />
      </Card>
      <ChangeCard key={JSON.stringify(gateway)} gateway={gateway} onChanged={refresh} />
    </div>
  );
}

function Facts({ gateway }: { gateway: GatewayAccount }) {
  const { address, authority, signer, feeRecipient, feeBps, keeperRewardBps, openPolicies } =
    gateway;
  return (
    <dl className="facts">
      <dt>Fee</dt>
      <dd>{formatBps(feeBps)} of each payment, out of what the payee receives</dd>
      <dt>Keeper&apos;s reward</dt>
      <dd>{formatBps(keeperRewardBps)} of the gateway&apos;s own fee</dd>
      <dt>Fee recipient</dt>
      <dd>
        <AddressText address={feeRecipient} isLinked />
      </dd>
      <dt>Signer of releases</dt>
      <dd>
        <AddressText address={signer} isLinked />
      </dd>
      <dt>Authority</dt>
      <dd>
        <AddressText address={authority} isLinked />
      </dd>
      <dt>Open payments</dt>
      <dd>{openPolicies}</dd>
      <dt>Gateway</dt>
      <dd>
        <AddressText address={address} isLinked />
      </dd>
    </dl>
  );
}

interface ChangeCardProps {
  gateway: GatewayAccount;
  onChanged(): unknown;
}

function ChangeCard({ gateway, onChanged }: ChangeCardProps) {
  const [form, setForm] = useState<GatewayForm>(() => formOf(gateway));
  const [isConfirming, setConfirming] = useState(false);
  const send = useSend();
  const { change, errors } = readChange(form, gateway);
  const effects = effectsOf(change, gateway);
  const isReady = Object.keys(errors).length === 0 && effects.length > 0;
  const expected = confirmationFor(change);
  const start = () => {
    setConfirming(false);
    send.start({
      title: "Change the gateway's settings",
      build: async (context) => ({ instructions: await instructionsOf(context, change) }),
    });
  };
  return (
    <Card title="Change settings">
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (!isReady) return;
          if (expected === null) start();
          else setConfirming(true);
        }}
      >
        <GatewayFields form={form} errors={errors} onChange={setForm} />
        <Effects effects={effects} />
        <ChangeButtons
          isDangerous={expected !== null}
          isReady={isReady}
          isBusy={send.state.step !== "idle"}
          onUndo={() => setForm(formOf(gateway))}
        />
      </form>
      {isConfirming && expected !== null && (
        <TypedConfirmation
          {...{ expected, isBusy: false, problem: null }}
          title="This change can stop releases"
          action="Continue to the review"
          onConfirm={start}
          onClose={() => setConfirming(false)}
        >
          <Effects effects={effects} />
        </TypedConfirmation>
      )}
      <SendDialog
        send={send}
        onClosed={(isConfirmed) => {
          if (isConfirmed) void onChanged();
        }}
      />
    </Card>
  );
}

interface ChangeButtonsProps {
  isDangerous: boolean;
  isReady: boolean;
  isBusy: boolean;
  onUndo(): void;
}

function ChangeButtons({ isDangerous, isReady, isBusy, onUndo }: ChangeButtonsProps) {
  return (
    <div className="row">
      <Button
        type="submit"
        kind={isDangerous ? "danger" : "primary"}
        disabled={!isReady}
        isBusy={isBusy}
      >
        Review the change
      </Button>
      <Button kind="quiet" onClick={onUndo}>
        Undo
      </Button>
    </div>
  );
}

function Effects({ effects }: { effects: string[] }) {
  if (effects.length === 0) return <p className="muted">Nothing changes yet.</p>;
  return (
    <ul className="operator-effects" aria-live="polite">
      {effects.map((effect) => (
        <li key={effect}>{effect}</li>
      ))}
    </ul>
  );
}

type Context = Parameters<typeof updateGateway>[0];

async function instructionsOf(context: Context, change: GatewayChange) {
  const { feeBps, feeRecipient, signer, keeperRewardBps } = change;
  const isUpdate = feeBps !== undefined || feeRecipient !== undefined || signer !== undefined;
  const keyOf = (address: string | undefined) =>
    address === undefined ? undefined : new PublicKey(address);
  return [
    ...(isUpdate
      ? await updateGateway(context, {
          feeBps,
          feeRecipient: keyOf(feeRecipient),
          signer: keyOf(signer),
        })
      : []),
    ...(keeperRewardBps === undefined ? [] : await setKeeperReward(context, { keeperRewardBps })),
  ];
}
