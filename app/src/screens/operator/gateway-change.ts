/** A change of the gateway's settings on chain: which fields change, and what that touches. Pure. */
import { PublicKey } from "@solana/web3.js";
import { formatBps } from "../../format/period";
import type { GatewayAccount } from "./operator-report";

/** Fields of the form, as texts. */
export interface GatewayForm {
  /** Percent, such as `1.25`. */
  fee: string;
  feeRecipient: string;
  signer: string;
  /** Percent of the gateway's fee. */
  keeperReward: string;
}

/** A checked change; only what changes is there. */
export interface GatewayChange {
  feeBps?: number;
  feeRecipient?: string;
  signer?: string;
  keeperRewardBps?: number;
}

/** Errors by field. */
export type FormErrors = Partial<Record<keyof GatewayForm, string>>;

/** Largest values of the program, in basis points. */
const MAX_FEE_BPS = 1_000;
const MAX_REWARD_BPS = 10_000;

/** Returns the form that shows the settings as they are. */
export const formOf = (gateway: GatewayAccount): GatewayForm => ({
  fee: percentOf(gateway.feeBps),
  feeRecipient: gateway.feeRecipient,
  signer: gateway.signer,
  keeperReward: percentOf(gateway.keeperRewardBps),
});

/** Returns basis points as the form has them: `125` is `1.25`. */
const percentOf = (bps: number): string => formatBps(bps).replace("%", "");

function parsePercent(text: string, most: number): { bps: number } | { error: string } {
  const [, whole, fraction = ""] = /^(\d{1,3})(?:\.(\d{1,2}))?$/.exec(text.trim()) ?? [];
  const bps = whole === undefined ? NaN : Number(whole) * 100 + Number(fraction.padEnd(2, "0"));
  if (Number.isNaN(bps)) {
    return { error: `Expected a percentage with at most two decimals, received "${text.trim()}".` };
  }
  return bps <= most
    ? { bps }
    : { error: `Expected at most ${formatBps(most)}, received ${formatBps(bps)}.` };
}

function parseAddress(text: string): { address: string } | { error: string } {
  try {
    const key = new PublicKey(text.trim());
    if (!PublicKey.isOnCurve(key.toBytes())) {
      return { error: "Expected a wallet, received the address of a program's account." };
    }
    return { address: key.toBase58() };
  } catch {
    return { error: `Expected a Solana address, received "${text.trim()}".` };
  }
}

/**
 * Compares the form with the settings. `errors` is empty where the form is valid.
 * @example
 * readChange({ ...formOf(gateway), fee: "1.5" }, gateway).change; // { feeBps: 150 }
 */
export function readChange(
  form: GatewayForm,
  gateway: GatewayAccount,
): { change: GatewayChange; errors: FormErrors } {
  const [fee, reward] = [
    parsePercent(form.fee, MAX_FEE_BPS),
    parsePercent(form.keeperReward, MAX_REWARD_BPS),
  ];
  const [recipient, signer] = [parseAddress(form.feeRecipient), parseAddress(form.signer)];
  const errors: FormErrors = {
    ...("error" in fee ? { fee: fee.error } : {}),
    ...("error" in reward ? { keeperReward: reward.error } : {}),
    ...("error" in recipient ? { feeRecipient: recipient.error } : {}),
    ...("error" in signer ? { signer: signer.error } : {}),
  };
  const change: GatewayChange = {
    ...("bps" in fee && fee.bps !== gateway.feeBps ? { feeBps: fee.bps } : {}),
    ...("bps" in reward && reward.bps !== gateway.keeperRewardBps
      ? { keeperRewardBps: reward.bps }
      : {}),
    ...("address" in recipient && recipient.address !== gateway.feeRecipient
      ? { feeRecipient: recipient.address }
      : {}),
    ...("address" in signer && signer.address !== gateway.signer ? { signer: signer.address } : {}),
  };
  return { change, errors };
}

/** Returns what a change does and what it leaves, a sentence each. */
export function effectsOf(change: GatewayChange, gateway: GatewayAccount): string[] {
  const { feeBps, feeRecipient, signer, keeperRewardBps } = change;
  return [
    ...(feeBps === undefined
      ? []
      : [
          `The fee changes from ${formatBps(gateway.feeBps)} to ${formatBps(feeBps)} for payments that are created from now on.`,
          "Existing payments keep the fee and the terms with which they were created.",
        ]),
    ...(feeRecipient === undefined
      ? []
      : [
          "From now on, the fees of every release go to the new fee recipient. This includes existing payments.",
        ]),
    ...(signer === undefined
      ? []
      : [
          "The new signer releases from now on. The gateway's process stops releasing until it has the new key.",
        ]),
    ...(keeperRewardBps === undefined
      ? []
      : [
          `Keepers get ${formatBps(keeperRewardBps)} of the gateway's own fee for every release from now on. What the payer pays and the payee receives does not change.`,
        ]),
  ];
}

/** Returns the text to type before a dangerous change, or null for one that harms no payment. */
export function confirmationFor({ signer, feeRecipient }: GatewayChange): string | null {
  if (signer !== undefined) return "change the signer";
  return feeRecipient === undefined ? null : "change the fee recipient";
}
