/** Reads every policy in which a wallet has a role, in as few requests as the chain's filters allow. */
import {
  decodeAccount,
  type Escrow,
  FUNDING_KIND_HELD,
  getChainTime,
  getEscrowPda,
  listEscrowsByMediator,
  listPoliciesByRecipient,
  listPoliciesByUserPayment,
  listUserPaymentsByOwner,
  type MilestoneContext,
  parseMint,
  type PaymentPolicy,
  type UserPayment,
  type WithAddress,
} from "@milepost/sdk";
import { type AccountInfo, PublicKey } from "@solana/web3.js";
import type { MyRole, PolicyAccounts } from "./rows";

/** Everything that the list shows. */
export interface MyPolicies {
  policies: PolicyAccounts[];
  /** Decimals per mint, where the mint could be read. */
  decimals: ReadonlyMap<string, number>;
  /** Unix seconds by the chain's clock. */
  now: number;
}

/** Most addresses of one request. */
const BATCH = 100;
/** Policies whose addresses are derived before the browser may draw a frame. */
const SLICE = 20;

/** Gives the browser a turn. */
export type Pause = () => Promise<void>;

interface Found {
  address: PublicKey;
  policy: PaymentPolicy;
  roles: MyRole[];
}

/** Loads the policies of a wallet as payer, payee and mediator. Throws what the SDK throws. */
export async function loadMyPolicies(
  context: MilestoneContext,
  wallet: PublicKey,
  pause: Pause,
): Promise<MyPolicies> {
  const [own, incoming, mediated, now] = await Promise.all([
    listUserPaymentsByOwner(context, wallet),
    listPoliciesByRecipient(context, wallet),
    listEscrowsByMediator(context, wallet),
    getChainTime(context),
  ]);
  const escrows = new Map<string, Escrow>();
  mediated.forEach(({ account }) => escrows.set(account.policy.toBase58(), account));
  const found = new Map<string, Found>();
  const note = (role: MyRole, list: readonly WithAddress<PaymentPolicy>[]) =>
    list.forEach(({ address, account }) => {
      const known = found.get(address.toBase58());
      if (known) known.roles.push(role);
      else found.set(address.toBase58(), { address, policy: account, roles: [role] });
    });
  const [paid, disputable] = await Promise.all([
    Promise.all(own.map(({ address }) => listPoliciesByUserPayment(context, address))),
    readPolicies(
      context,
      mediated.map(({ account }) => account.policy),
    ),
  ]);
  note("payer", paid.flat());
  note("payee", incoming);
  note("mediator", disputable);
  const all = [...found.values()];
  await readEscrows(context, all, escrows, pause);
  const userPayments = await readUserPayments(context, all, own);
  const mints = [...new Set([...userPayments.values()].map(({ mint }) => mint.toBase58()))];
  return {
    policies: all.map((each) => toAccounts(each, escrows, userPayments)),
    decimals: await readDecimals(context, mints),
    now: now.toNumber(),
  };
}

function toAccounts(
  { address, policy, roles }: Found,
  escrows: ReadonlyMap<string, Escrow>,
  userPayments: ReadonlyMap<string, UserPayment>,
): PolicyAccounts {
  const userPayment = userPayments.get(policy.userPayment.toBase58());
  return {
    address: address.toBase58(),
    policy,
    roles,
    escrow: escrows.get(address.toBase58()) ?? null,
    userPayment: userPayment
      ? { owner: userPayment.owner.toBase58(), mint: userPayment.mint.toBase58() }
      : null,
  };
}

type Info = AccountInfo<Buffer> | null;

async function readInfos(
  { connection, commitment }: MilestoneContext,
  addresses: readonly PublicKey[],
): Promise<Info[]> {
  const batches: PublicKey[][] = [];
  for (let at = 0; at < addresses.length; at += BATCH)
    batches.push(addresses.slice(at, at + BATCH));
  const read = await Promise.all(
    batches.map((batch) => connection.getMultipleAccountsInfo(batch, commitment)),
  );
  return read.flat();
}

async function readPolicies(
  context: MilestoneContext,
  addresses: readonly PublicKey[],
): Promise<WithAddress<PaymentPolicy>[]> {
  const infos = await readInfos(context, addresses);
  return addresses.flatMap((address, index) => {
    const info = infos[index];
    if (!info) return [];
    return [{ address, account: decodeAccount("paymentPolicy", address, info, context.programId) }];
  });
}

/** Adds the escrows that are missing. One that was closed meanwhile stays out. */
async function readEscrows(
  context: MilestoneContext,
  all: readonly Found[],
  escrows: Map<string, Escrow>,
  pause: Pause,
): Promise<void> {
  const held = all.filter(
    ({ address, policy }) =>
      policy.fundingKind === FUNDING_KIND_HELD && !escrows.has(address.toBase58()),
  );
  const addresses: PublicKey[] = [];
  for (const { address } of held) {
    addresses.push(getEscrowPda(address, context.programId)[0]);
    if (addresses.length % SLICE === 0) await pause();
  }
  const infos = await readInfos(context, addresses);
  for (const [index, { address }] of held.entries()) {
    const info = infos[index];
    if (!info) continue;
    const escrow = decodeAccount("escrow", addresses[index]!, info, context.programId);
    escrows.set(address.toBase58(), escrow);
    if (index % SLICE === 0) await pause();
  }
}

async function readUserPayments(
  context: MilestoneContext,
  all: readonly Found[],
  own: readonly WithAddress<UserPayment>[],
): Promise<Map<string, UserPayment>> {
  const known = new Map(own.map(({ address, account }) => [address.toBase58(), account]));
  const missing = [...new Set(all.map(({ policy }) => policy.userPayment.toBase58()))]
    .filter((address) => !known.has(address))
    .map((address) => new PublicKey(address));
  const infos = await readInfos(context, missing);
  missing.forEach((address, index) => {
    const info = infos[index];
    if (!info) return;
    known.set(address.toBase58(), decodeAccount("userPayment", address, info, context.programId));
  });
  return known;
}

async function readDecimals(
  context: MilestoneContext,
  mints: readonly string[],
): Promise<Map<string, number>> {
  const addresses = mints.map((mint) => new PublicKey(mint));
  const infos = await readInfos(context, addresses);
  const decimals = new Map<string, number>();
  addresses.forEach((address, index) => {
    const info = infos[index];
    if (info) decimals.set(address.toBase58(), parseMint(address, info).decimals);
  });
  return decimals;
}
