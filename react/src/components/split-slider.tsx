"use client";

import { divideMilestone, type PayoutFees } from "@milepost/sdk";
import BN from "bn.js";
import { useId, useState } from "react";
import { type AmountInput, formatAmount, formatBps, parseAmount } from "../format/amounts";
import { AmountText, classes } from "./amount-text";

const WHOLE_BPS = 10_000n;

/** Properties of `SplitSlider`. */
export interface SplitSliderProps {
  /** Amount of the milestone in base units, before fees. */
  amount: AmountInput;
  /** Recipient's share in base units, before fees: 0 to `amount`. */
  value: bigint;
  /** Called with the new share, always a whole number of base units from 0 to `amount`. */
  onChange: (recipientAmount: bigint) => void;
  /** Fees of the policy and its escrow, in basis points. */
  fees: PayoutFees;
  /** Decimals of the token. */
  decimals: number;
  /** Symbol of the token. Default: none. */
  symbol?: string;
  /** True to refuse changes. Default: false. */
  isDisabled?: boolean;
  /** Additional class names. */
  className?: string;
}

/**
 * Divides a milestone between recipient and payer: with a slider in percent, or with an exact amount. Shows what everybody
 * gets to the last base unit, by the program's own rules. The parts always add up to what was funded.
 * @example
 * import { SplitSlider } from "@milepost/react";
 *
 * const [share, setShare] = useState(amount / 2n);
 * <SplitSlider amount={amount} value={share} onChange={setShare} decimals={6} symbol="USDC"
 *   fees={{ gatewayFeeBps: 100, protocolFeeBps: 0, platformFeeBps: 250 }} />;
 */
export function SplitSlider({
  amount,
  value,
  onChange,
  fees,
  decimals,
  symbol,
  isDisabled = false,
  className,
}: SplitSliderProps) {
  const whole = BigInt(amount.toString());
  const share = clamp(value, whole);
  const bps = shareToBps(share, whole);
  const id = useId();
  const unit = symbol ? ` ${symbol}` : "";
  const shown = `${formatAmount(share, decimals)}${unit}`;
  return (
    <div
      className={classes("milepost-split", className)}
      role="group"
      aria-labelledby={`${id}-label`}
    >
      <label id={`${id}-label`} htmlFor={`${id}-range`} className="milepost-split-label">
        Recipient's share
      </label>
      <input
        id={`${id}-range`}
        className="milepost-split-range"
        type="range"
        min={0}
        max={10_000}
        step={100}
        value={bps}
        disabled={isDisabled}
        aria-valuetext={`${formatBps(bps)}, ${shown} to the recipient`}
        onChange={(event) => onChange(bpsToShare(Number(event.target.value), whole))}
      />
      <output className="milepost-split-percent" htmlFor={`${id}-range`}>
        {formatBps(bps)}
      </output>
      <ExactInput id={`${id}-exact`} {...{ share, whole, decimals, unit, isDisabled, onChange }} />
      <Parts {...{ whole, share, fees, decimals, symbol }} />
    </div>
  );
}

/** Returns the share for basis points, floored as the program divides; all of it for 10,000. */
export function bpsToShare(bps: number, whole: bigint): bigint {
  return (whole * BigInt(bps)) / WHOLE_BPS;
}

/** Returns the basis points of a share, rounded down. */
export function shareToBps(share: bigint, whole: bigint): number {
  return whole === 0n ? 0 : Number((share * WHOLE_BPS) / whole);
}

function clamp(value: bigint, whole: bigint): bigint {
  return value < 0n ? 0n : value > whole ? whole : value;
}

function ExactInput({
  id,
  share,
  whole,
  decimals,
  unit,
  isDisabled,
  onChange,
}: {
  id: string;
  share: bigint;
  whole: bigint;
  decimals: number;
  unit: string;
  isDisabled: boolean;
  onChange: (share: bigint) => void;
}) {
  const [{ text, of }, setTyped] = useState({ text: formatAmount(share, decimals), of: share });
  // The slider moved: what was typed before no longer counts.
  if (of !== share) setTyped({ text: formatAmount(share, decimals), of: share });
  const typed = parseAmount(text, decimals);
  const isValid = typed !== null && typed <= whole;
  const commit = () => {
    if (isValid && typed !== share) onChange(typed);
  };
  return (
    <div className="milepost-split-exact">
      <label htmlFor={id}>Exact amount{unit ? ` in${unit}` : ""}</label>
      <input
        id={id}
        type="text"
        inputMode="decimal"
        autoComplete="off"
        value={text}
        disabled={isDisabled}
        aria-invalid={!isValid}
        aria-describedby={isValid ? undefined : `${id}-error`}
        onChange={(event) => setTyped({ text: event.target.value, of: share })}
        onBlur={commit}
        onKeyDown={(event) => {
          if (event.key === "Enter") commit();
        }}
      />
      <span id={`${id}-error`} className="milepost-split-error" role="alert">
        {isValid
          ? null
          : `Enter an amount from 0 to ${formatAmount(whole, decimals)}${unit} with at most ${decimals} decimals.`}
      </span>
    </div>
  );
}

function Parts({
  whole,
  share,
  fees,
  decimals,
  symbol,
}: {
  whole: bigint;
  share: bigint;
  fees: PayoutFees;
  decimals: number;
  symbol: string | undefined;
}) {
  const parts = divideMilestone(toBn(whole), toBn(share), fees);
  const rows = [
    ["recipient", "Recipient receives", parts.recipient],
    ["gateway-fee", "Gateway's fee", parts.gatewayFee],
    ["protocol-fee", "Protocol's fee", parts.protocolFee],
    ["platform-fee", "Platform's fee", parts.platformFee],
    ["refund", "Payer gets back", parts.refund],
  ] as const;
  const total = rows.reduce((sum, [, , part]) => sum.add(part), new BN(0));
  return (
    <dl className="milepost-split-parts" aria-live="polite">
      {rows.map(([name, label, part]) => (
        <div key={name} data-part={name} data-base-units={part.toString()}>
          <dt>{label}</dt>
          <dd>
            <AmountText amount={part} decimals={decimals} symbol={symbol} />
          </dd>
        </div>
      ))}
      <div data-part="total" data-base-units={total.toString()}>
        <dt>Total funded</dt>
        <dd>
          <AmountText amount={total} decimals={decimals} symbol={symbol} />
        </dd>
      </div>
    </dl>
  );
}

function toBn(value: bigint): BN {
  return new BN(value.toString());
}
