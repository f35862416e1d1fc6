/** One policy in the list. */
import { AddressText, AmountText, TimeText } from "@milepost/react";
import { memo } from "react";
import { Link } from "wouter";
import { Badge } from "../../components/badge";
import { pathOf } from "../../config/routes";
import type { PolicyState } from "./next-deadline";
import type { MyRole, PolicyRow } from "./rows";

/** Word for each role, from the wallet's point of view. */
export const ROLE_WORDS: Readonly<Record<MyRole, string>> = {
  payer: "You pay",
  payee: "You are paid",
  mediator: "You mediate",
};

const KINDS: Readonly<Record<PolicyState, "neutral" | "good" | "warn" | "bad">> = {
  "to accept": "warn",
  "to fund": "warn",
  "in work": "neutral",
  "in review": "warn",
  disputed: "bad",
  "in mediation": "bad",
  scheduled: "neutral",
  paused: "warn",
  ended: "good",
};

/** What a policy waits for while no clock runs. */
const WAITS: Readonly<Record<PolicyState, string>> = {
  "to accept": "Waiting for the recipient",
  "to fund": "Waiting for the payer's money",
  "in work": "Waiting for the delivery",
  "in review": "Waiting for the payer",
  disputed: "Waiting for both sides",
  "in mediation": "Waiting for the mediator",
  scheduled: "May be released at any time",
  paused: "Waiting for the payer to resume it",
  ended: "Nothing is left to do",
};

interface PolicyRowItemProps {
  row: PolicyRow;
  /** Place in the list, from 1 on, and its length: the document contains a part of the list only. */
  position: number;
  count: number;
  decimals: number | null;
  symbol: string;
  now: number;
}

/** Renders a row of fixed height. It is memoized: scrolling renders new rows only. */
export const PolicyRowItem = memo(function PolicyRowItem(props: PolicyRowItemProps) {
  const { row, position, count, decimals, symbol, now } = props;
  const isPayer = row.roles.includes("payer");
  const other = isPayer ? row.payee : row.payer;
  return (
    <li className="mine-row" aria-posinset={position} aria-setsize={count}>
      <Link href={pathOf(row.address)} className="mine-link">
        <span className="mine-title">
          <strong className="mine-cut">{row.title}</strong>
          <span className="small muted mine-cut">
            {row.roles.map((role) => ROLE_WORDS[role]).join(", ")}
            {other && (
              <>
                , {isPayer ? "recipient" : "payer"} <AddressText address={other} />
              </>
            )}
          </span>
        </span>
        <span className="mine-amount number">
          <AmountText amount={row.total} decimals={decimals} symbol={symbol} />
          <span className="small muted">
            Milestone {row.milestone} of {row.of}
          </span>
        </span>
        <span className="mine-state">
          <Badge kind={KINDS[row.state]}>{row.state}</Badge>
          <span className="small muted mine-cut">
            {row.deadline ? (
              <>
                {row.deadline.text}: <TimeText seconds={row.deadline.at} now={now} />
              </>
            ) : (
              WAITS[row.state]
            )}
          </span>
        </span>
      </Link>
    </li>
  );
});
