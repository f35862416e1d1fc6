"use client";

import type { NextAction, NextActions } from "@milepost/sdk";
import { useId } from "react";
import { actionWords, changeWords, roleWord } from "../format/action-words";
import { AddressText } from "./address-text";
import { classes } from "./amount-text";
import { TimeText } from "./time-text";

/** Properties of `NextActionCard`. */
export interface NextActionCardProps {
  /** Actions to offer: the data of `useNextActions`. */
  actions: NextActions;
  /** Chain time in seconds, for relative times: `useChainTime`. Default: the time of the answer. */
  now?: number;
  /** Called with the action that the user chose. Without it, the card has no buttons. */
  onChoose?: (action: NextAction) => void;
  /** True while another step is under way: the buttons are disabled. Default: false. */
  isBusy?: boolean;
  /** Returns false for an action that the page does not offer. Default: all are offered. */
  offers?: (action: NextAction) => boolean;
  /** Returns the name of an address, such as `Contractor`. Default: no names. */
  nameOf?: (address: string) => string | undefined;
  /** Heading of the card. Default: `What you can do`. */
  heading?: string;
  /** Additional class names. */
  className?: string;
}

/**
 * Offers what a party can do now: the safe action first, dangerous ones later, each with its deadline and its consequence. It
 * also says what becomes possible later, and what happens if nobody acts.
 * @example
 * import { NextActionCard, useNextActions } from "@milepost/react";
 *
 * const { data } = useNextActions(address);
 * return data && <NextActionCard actions={data} onChoose={({ instruction }) => console.log(instruction)} />;
 */
export function NextActionCard({
  actions,
  now = actions.now.toNumber(),
  onChoose,
  isBusy = false,
  offers = () => true,
  nameOf,
  heading = "What you can do",
  className,
}: NextActionCardProps) {
  const id = useId();
  const possible = orderActions(actions.possible.filter(offers));
  const later = actions.later.filter(offers);
  const roles = actions.roles.filter((role) => role !== "anyone").map(roleWord);
  const item = (action: NextAction) => (
    <ActionItem key={keyOf(action)} {...{ action, now, onChoose, isBusy, nameOf }} />
  );
  return (
    <section
      className={classes("milepost-actions", className)}
      aria-labelledby={id}
      data-state={possible.length > 0 ? "possible" : "waiting"}
    >
      <h2 id={id} className="milepost-actions-heading">
        {heading}
      </h2>
      <p className="milepost-actions-role">
        {roles.length > 0
          ? `You are the ${roles.join(" and the ")}.`
          : "You are not a party to this payment."}
      </p>
      {possible.length > 0 ? (
        <ul className="milepost-actions-possible">{possible.map(item)}</ul>
      ) : (
        <p className="milepost-actions-none">There is nothing for you to do now.</p>
      )}
      <LaterActions later={later} now={now} />
      <ByItself byItself={actions.byItself} now={now} />
    </section>
  );
}

function LaterActions({ later, now }: { later: readonly NextAction[]; now: number }) {
  if (later.length === 0) return null;
  return (
    <>
      <h3 className="milepost-actions-subheading">Later</h3>
      <ul className="milepost-actions-later">
        {later.map((action) => (
          <li key={keyOf(action)} data-instruction={action.instruction}>
            {actionWords(action).label}: <TimeText seconds={action.from!} now={now} />
          </li>
        ))}
      </ul>
    </>
  );
}

function ByItself({ byItself, now }: Pick<NextActions, "byItself"> & { now: number }) {
  if (byItself.length === 0) return null;
  return (
    <>
      <h3 className="milepost-actions-subheading">If nobody acts</h3>
      <ul className="milepost-actions-by-itself">
        {byItself.map(({ change, at }) => (
          <li key={change} data-change={change}>
            {changeWords(change)}: <TimeText seconds={at} now={now} />
          </li>
        ))}
      </ul>
    </>
  );
}

/**
 * Returns safe actions first, in their given order, dangerous ones after them.
 * @example
 * import { orderActions } from "@milepost/react";
 *
 * const [first] = orderActions(actions.possible);
 */
export function orderActions(actions: readonly NextAction[]): NextAction[] {
  const isDangerous = (action: NextAction) => Number(actionWords(action).isDangerous);
  return [...actions].sort((a, b) => isDangerous(a) - isDangerous(b));
}

function keyOf({ instruction, milestoneIndex, role, status }: NextAction): string {
  return [instruction, milestoneIndex, role, status].join(" ");
}

function ActionItem({
  action,
  now,
  onChoose,
  isBusy,
  nameOf,
}: {
  action: NextAction;
  now: number;
} & Pick<NextActionCardProps, "onChoose" | "isBusy" | "nameOf">) {
  const { label, text, isDangerous } = actionWords(action);
  const { milestoneIndex, until, cosigner } = action;
  const id = useId();
  const of = milestoneIndex === null ? "" : ` (milestone ${milestoneIndex + 1})`;
  return (
    <li
      className="milepost-action"
      data-instruction={action.instruction}
      data-state={isDangerous ? "dangerous" : "safe"}
    >
      {onChoose ? (
        <button
          type="button"
          className="milepost-action-button"
          aria-describedby={id}
          disabled={isBusy}
          onClick={() => onChoose(action)}
        >
          {label + of}
        </button>
      ) : (
        <strong>{label + of}</strong>
      )}
      <p id={id} className="milepost-action-text">
        {text}
        {until ? (
          <span className="milepost-action-until">
            {" "}
            Possible until <TimeText seconds={until} now={now} />.
          </span>
        ) : null}
        {cosigner ? (
          <span className="milepost-action-cosigner">
            {" "}
            The other party signs as well:{" "}
            <AddressText address={cosigner} name={nameOf?.(cosigner.toBase58())} />.
          </span>
        ) : null}
      </p>
    </li>
  );
}
