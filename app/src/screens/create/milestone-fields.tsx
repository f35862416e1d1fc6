/** What is paid for: the token, and one to four milestones. */
import { AmountText, formatTime } from "@milepost/react";
import { MAX_MILESTONES, MEMO_LENGTH } from "@milepost/sdk";
import { Button } from "../../components/button";
import { Card } from "../../components/card";
import { Field } from "../../components/field";
import { parseAmount } from "../../format/amount";
import { localSeconds, memoBytes, memoOf } from "./check-draft";
import type { PartProps } from "./form-part";
import type { DraftMilestone } from "./draft";
import { TokenFields } from "./token-fields";
import type { MintResult } from "./use-mint";

/** Renders the token and the milestones. */
export function MilestoneFields(props: PartProps & { mint: MintResult }) {
  const { draft, change, errorOf, mint } = props;
  const { milestones } = draft;
  const set = (id: number, next: Partial<DraftMilestone>) =>
    change({
      milestones: milestones.map((each) => (each.id === id ? { ...each, ...next } : each)),
    });
  const add = () => {
    const id = Math.max(...milestones.map((each) => each.id)) + 1;
    change({ milestones: [...milestones, { id, amount: "", description: "", dueAt: "" }] });
  };
  const bytes = memoBytes(memoOf(draft));
  return (
    <Card title="What is paid for?">
      <TokenFields {...props} />
      <ol className="create-milestones">
        {milestones.map((milestone, index) => (
          <MilestoneRow
            key={milestone.id}
            milestone={milestone}
            index={index}
            symbol={mint.token?.symbol ?? ""}
            isDated={draft.hasDueDate}
            set={(next) => set(milestone.id, next)}
            errorOf={errorOf}
            remove={
              milestones.length === 1
                ? null
                : () => change({ milestones: milestones.filter(({ id }) => id !== milestone.id) })
            }
          />
        ))}
      </ol>
      {errorOf("memo") && (
        <p className="field-error" role="alert">
          {errorOf("memo")}
        </p>
      )}
      <p className="small muted">
        The descriptions are written on the chain, where anybody can read them: {bytes} of{" "}
        {MEMO_LENGTH} bytes.
      </p>
      <div className="row row-spread">
        {milestones.length < MAX_MILESTONES ? (
          <Button onClick={add}>Add a milestone</Button>
        ) : (
          <span className="small muted">A payment has four milestones at most.</span>
        )}
        <Total amounts={milestones.map(({ amount }) => amount)} mint={mint} />
      </div>
    </Card>
  );
}

interface MilestoneRowProps {
  milestone: DraftMilestone;
  index: number;
  symbol: string;
  isDated: boolean;
  set(next: Partial<DraftMilestone>): void;
  errorOf: PartProps["errorOf"];
  /** Null for the last one that is left. */
  remove: (() => void) | null;
}

function MilestoneRow(props: MilestoneRowProps) {
  const { milestone, index, set, remove } = props;
  const number = index + 1;
  return (
    <li className="create-milestone">
      <div className="row row-spread">
        <h3>Milestone {number}</h3>
        {remove && (
          <Button kind="quiet" aria-label={`Remove milestone ${number}`} onClick={remove}>
            Remove
          </Button>
        )}
      </div>
      <Field label={`Description of milestone ${number}`}>
        {(control) => (
          <input
            {...control}
            value={milestone.description}
            autoComplete="off"
            maxLength={MEMO_LENGTH}
            onChange={(event) => set({ description: event.target.value })}
          />
        )}
      </Field>
      <AmountAndDate {...props} />
    </li>
  );
}

function AmountAndDate({ milestone, index, symbol, isDated, set, errorOf }: MilestoneRowProps) {
  const seconds = localSeconds(milestone.dueAt);
  const [local, utc] = [formatTime(seconds), formatTime(seconds, "UTC")];
  const dateHint = seconds === 0 ? null : local === utc ? local : `${local}, which is ${utc}`;
  return (
    <div className="create-pair">
      <Field label={`Amount${symbol ? ` in ${symbol}` : ""}`} error={errorOf(`amount.${index}`)}>
        {(control) => (
          <input
            {...control}
            inputMode="decimal"
            autoComplete="off"
            placeholder="1250.00"
            value={milestone.amount}
            onChange={(event) => set({ amount: event.target.value })}
          />
        )}
      </Field>
      <Field
        label={isDated ? "Due date" : "Due date (optional)"}
        hint={dateHint}
        error={errorOf(`dueAt.${index}`)}
      >
        {(control) => (
          <input
            {...control}
            type="datetime-local"
            value={milestone.dueAt}
            onChange={(event) => set({ dueAt: event.target.value })}
          />
        )}
      </Field>
    </div>
  );
}

function Total({ amounts, mint }: { amounts: readonly string[]; mint: MintResult }) {
  const { token } = mint;
  if (!token) return null;
  const sum = amounts
    .map((amount) => parseAmount(amount, token.decimals).units ?? 0n)
    .reduce((total, units) => total + units, 0n);
  return (
    <p aria-live="polite">
      Total:{" "}
      <strong>
        <AmountText amount={sum} decimals={token.decimals} symbol={token.symbol} />
      </strong>
    </p>
  );
}
