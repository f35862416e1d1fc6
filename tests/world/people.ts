/** The people of every test, and the time it starts at. */
/** A day on which the tests' clock starts: 2026-01-01T00:00:00Z, in seconds. */
export const START = 1_767_225_600n;
export const WEEK = 604_800n;

export const PEOPLE = [
  "payer",
  "upgradeAuthority",
  "gatewayAuthority",
  "gatewaySigner",
  "gatewayFees",
  "protocolFees",
  "owner",
  "recipient",
  "mediator",
  "stranger",
] as const;
export type Person = (typeof PEOPLE)[number];
