/** Valid releases of every kind, and a pool of accounts that can take another's place. */
import {
  type AccountMeta,
  PublicKey,
  SystemProgram,
  type TransactionInstruction,
} from "@solana/web3.js";
import { TOKEN_2022_PROGRAM_ID, TOKEN_PROGRAM_ID } from "@solana/spl-token";
import { type ChainAccount, PROGRAM_ID, readProgram } from "../harness";
import { HeldPolicy, START, WEEK, World } from "../world";
import { VirtualMachine } from "./virtual-machine";

/** Three milestones of each policy are due then. */
export const NOW = START + 3n * WEEK + 10n;

export interface Release {
  name: string;
  keys: AccountMeta[];
  data: Buffer;
}

export interface Stage {
  feePayer: PublicKey;
  releases: Release[];
  /** Addresses that can replace an account of a release. */
  pool: PublicKey[];
  /** Everything that exists, by address in base58. */
  accounts: Map<string, ChainAccount>;
}

const release = (name: string, { keys, data }: TransactionInstruction): Release => ({
  name,
  keys,
  data: Buffer.from(data),
});

/** Creates the stage. Its policies, releases included, are as the program made them. */
export async function createStage(): Promise<Stage> {
  const world = await World.create({ runtime: "litesvm" });
  const plain = await delegated(world, "plain");
  await world.expectOk([world.updateConfig({ protocolFeeBps: 100 })], "upgradeAuthority");
  await world.expectOk([world.updateGateway({ feeBps: 250 })], "gatewayAuthority");
  await world.expectOk([world.setKeeperReward(2_000)], "gatewayAuthority");
  const withFees = await delegated(world, "fees", world.feeAccounts());
  const rewarded = withFees.map(({ name, keys, data }) => ({
    name: `${name}, reward`,
    keys: withKeeper(keys, world.tokens.stranger),
    data,
  }));
  const held = await heldReleases(world);
  const releases = [...plain, ...withFees, ...rewarded, ...held];
  const pool = [
    ...new Map(
      [
        ...releases.flatMap(({ keys }) => keys.map(({ pubkey }) => pubkey)),
        ...Object.values(world.tokens),
        ...Object.values(world.people).map(({ publicKey }) => publicKey),
        TOKEN_PROGRAM_ID,
        TOKEN_2022_PROGRAM_ID,
        SystemProgram.programId,
        PROGRAM_ID,
      ].map((address) => [address.toBase58(), address]),
    ).values(),
  ];
  return { feePayer: world.key("payer"), releases, pool, accounts: await read(world, pool) };
}

/** One policy per signer that a release condition can require, one paused, one of another owner. */
async function delegated(
  world: World,
  name: string,
  accounts: Record<string, PublicKey | null> = {},
): Promise<Release[]> {
  const executors = ["stranger", "gatewaySigner", "owner", "recipient"] as const;
  const conditions = [1, 3, 5, 9];
  const releases: Release[] = [];
  for (const [at, releaseCondition] of conditions.entries()) {
    const { address } = await world.createPolicy({ releaseCondition });
    const executor = world.key(executors[at]!);
    const instruction = world.executePayment(address, 0, { ...accounts, executor });
    releases.push(release(`${name}, condition ${releaseCondition}`, instruction));
  }
  const paused = await world.createPolicy();
  await world.expectOk([world.changeStatus(paused.address, "Paused")], "owner");
  releases.push(release(`${name}, paused`, world.executePayment(paused.address, 0, accounts)));
  return releases;
}

async function heldReleases(world: World): Promise<Release[]> {
  const schedule = { releaseCondition: 0, timestamps: [0n, 0n, 0n, 0n] };
  const ready = await HeldPolicy.ready(world, { schedule });
  const open = await HeldPolicy.create(world, schedule);
  await world.expectOk([open.open()], "owner");
  return [release("held", ready.execute(0)), release("held, not accepted", open.execute(0))];
}

/** Replaces the two trailing slots: no escrow, and the keeper's account. */
function withKeeper(keys: AccountMeta[], keeper: PublicKey): AccountMeta[] {
  return [
    ...keys.slice(0, 11),
    { pubkey: PROGRAM_ID, isSigner: false, isWritable: false },
    { pubkey: keeper, isSigner: false, isWritable: true },
  ];
}

async function read(world: World, addresses: PublicKey[]): Promise<Map<string, ChainAccount>> {
  const accounts = new Map<string, ChainAccount>();
  for (const address of addresses) {
    const account = await world.chain.getAccount(address);
    if (account) accounts.set(address.toBase58(), account);
  }
  return accounts;
}

/** A virtual machine with the stage's accounts. Programs are its own, except the one under test. */
export function machineOf({ accounts }: Stage, elf: Uint8Array = readProgram()): VirtualMachine {
  const machine = new VirtualMachine(elf, NOW);
  for (const [address, account] of accounts) {
    if (!account.executable) machine.set(new PublicKey(address), account);
  }
  return machine;
}
