"use client";

import type { PublicKey } from "@solana/web3.js";
import { useOptionalChain } from "../context/provider";
import { classes } from "./amount-text";

/** Properties of `AddressText`. */
export interface AddressTextProps {
  /** Address: text in base58, or a `PublicKey`. */
  address: PublicKey | string;
  /** Name to show before the address, such as `Contractor`. Default: none. */
  name?: string;
  /** True to link to the explorer of the `MilepostProvider`, where it names one. Default: false. */
  isLinked?: boolean;
  /** Additional class names. */
  className?: string;
}

/**
 * Shows an address with its middle left out. Copying and screen readers get the whole address.
 * @example
 * import { AddressText } from "@milepost/react";
 *
 * <AddressText address={policy.recipient} name="Contractor" isLinked />;
 */
export function AddressText({ address, name, isLinked = false, className }: AddressTextProps) {
  const full = typeof address === "string" ? address : address.toBase58();
  const explorerUrl = useOptionalChain()?.explorerUrl;
  const start = full.slice(0, 4);
  const middle = full.slice(4, -4);
  const end = full.slice(-4);
  // The whole address is in the document, so that a selection copies it; a style sheet hides the middle.
  const text = (
    <>
      {name ? <span className="milepost-address-name">{name} </span> : null}
      <span className="milepost-address-full" translate="no" title={full}>
        {start}
        <span className="milepost-address-middle">{middle}</span>
        {end}
      </span>
    </>
  );
  const classNames = classes("milepost-address", className);
  if (!isLinked || !explorerUrl) return <span className={classNames}>{text}</span>;
  const href = explorerLink(explorerUrl, "address", full);
  return (
    <a className={classNames} href={href} target="_blank" rel="noopener noreferrer">
      {text}
    </a>
  );
}

/**
 * Returns the URL of a transaction or an address in an explorer.
 * @example
 * import { explorerLink } from "@milepost/react";
 *
 * explorerLink("https://explorer.solana.com/{kind}/{id}", "tx", signature);
 */
export function explorerLink(explorerUrl: string, kind: "tx" | "address", id: string): string {
  return explorerUrl.replaceAll("{kind}", kind).replaceAll("{id}", encodeURIComponent(id));
}
