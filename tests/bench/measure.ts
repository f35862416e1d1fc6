/** Compute units of each instruction, on one runtime, with fixed keys: bumps, and so CU, depend on keys. */
import { PublicKey, TransactionInstruction } from "@solana/web3.js";
import { createTransferCheckedInstruction, TOKEN_2022_PROGRAM_ID } from "@solana/spl-token";
import { ComputeUse, computeUse, RuntimeName, SendResult } from "../harness";
import { Person, Schedule, START, World } from "../world";
import { measureEscrow } from "./measure-escrow";

export interface Measurement {
  name: string;
  runtime: RuntimeName;
  /** All the instruction consumed. */
  cu: number;
  /** What the token program used inside it. */
  token_cu: number;
  /** The rest: the program's own work, with the base cost of its cross-program calls. */
  own_cu: number;
}

const SCHEDULE: Schedule = {
  amounts: [50_000_000n, 100_000_000n, 100_000_000n, 50_000_000n],
  timestamps: [START, START + 1n, START + 2n, START + 3n],
  releaseCondition: 1,
};

/** Collects what instructions consume. */
export class Recorder {
  readonly rows: Measurement[] = [];

  constructor(readonly runtime: RuntimeName) {}

  add(name: string, { cu, tokenCu, ownCu }: ComputeUse): void {
    this.rows.push({ name, runtime: this.runtime, cu, token_cu: tokenCu, own_cu: ownCu });
  }

  /** Sends it alone; it must succeed. */
  measure = async (
    world: World,
    name: string,
    instruction: TransactionInstruction,
    ...signers: Person[]
  ): Promise<void> => this.add(name, only(await world.expectOk([instruction], ...signers)));
}

/** Every instruction once, each in a state a user meets it in. */
export async function measureInstructions(runtime: RuntimeName): Promise<Measurement[]> {
  const recorder = new Recorder(runtime);
  const { measure } = recorder;

  const plain = await World.create({ runtime });
  await plain.chain.setTime(START + 10n);
  const policy = (await plain.nextPolicy()).address;
  await measure(
    plain,
    "create_milestone_policy",
    plain.createMilestonePolicy(SCHEDULE, policy),
    "owner",
  );
  await measure(plain, "execute_payment/no-fees", plain.executePayment(policy, 0), "stranger");
  await measure(
    plain,
    "change_payment_policy_status",
    plain.changeStatus(policy, "Paused"),
    "owner",
  );
  await measure(plain, "sync_delegation", plain.syncDelegation(), "owner");
  await measure(plain, "delete_payment_policy", plain.deletePolicy(policy), "owner");
  await plain.chain.warpToSlot(plain.chain.slot() + 2_000n);
  await measure(plain, "close_user_payment", plain.closeUserPayment(), "owner");
  await measure(plain, "create_user_payment", plain.createUserPayment(), "owner");
  await measure(plain, "update_gateway", plain.updateGateway({ feeBps: 1 }), "gatewayAuthority");
  await measure(plain, "close_gateway", plain.closeGateway(), "gatewayAuthority");
  await measure(plain, "create_gateway", plain.createGateway(), "gatewayAuthority");
  recorder.add("transfer_checked/bare", await bareTransfer(plain));
  recorder.add("create_milestone_policy/median", await medianCreation(runtime));

  const withFees = await World.create({ runtime, protocolFeeBps: 100, gatewayFeeBps: 250 });
  await withFees.chain.setTime(START + 10n);
  const feePolicy = (await withFees.createPolicy(SCHEDULE)).address;
  await measure(
    withFees,
    "execute_payment/both-fees",
    withFees.executePayment(feePolicy, 0, withFees.feeAccounts()),
    "stranger",
  );

  await measure(withFees, "set_keeper_reward", withFees.setKeeperReward(2_000), "gatewayAuthority");
  await measure(
    withFees,
    "execute_payment/reward",
    withFees.executePayment(feePolicy, 1, {
      ...withFees.feeAccounts(),
      keeper_token_account: withFees.tokens.stranger,
    }),
    "stranger",
  );

  const token2022 = await World.create({ runtime, tokenProgram: TOKEN_2022_PROGRAM_ID });
  await token2022.chain.setTime(START + 10n);
  const otherPolicy = (await token2022.createPolicy(SCHEDULE)).address;
  await measure(
    token2022,
    "execute_payment/token-2022",
    token2022.executePayment(otherPolicy, 0),
    "stranger",
  );
  await measureEscrow(recorder);
  return recorder.rows;
}

/** The one invocation of our program in a transaction. */
function only(result: SendResult): ComputeUse {
  const [use, ...others] = computeUse(result.logs);
  if (!use || others.length > 0) throw new Error("expected one invocation of the program");
  return use;
}

/**
 * The median of eight creations. How many bumps `find_program_address` tries depends on the policy's address, so one
 * creation alone may be the best case.
 */
async function medianCreation(runtime: RuntimeName): Promise<ComputeUse> {
  const world = await World.create({ runtime });
  const uses: ComputeUse[] = [];
  for (let count = 0; count < 8; count += 1) {
    const { address } = await world.nextPolicy();
    const creation = world.createMilestonePolicy(SCHEDULE, address);
    uses.push(only(await world.expectOk([creation], "owner")));
  }
  uses.sort((a, b) => a.cu - b.cu);
  return uses[4]!;
}

/** What the transfer alone takes, as a yardstick. */
async function bareTransfer(world: World): Promise<ComputeUse> {
  const result = await world.expectOk(
    [
      createTransferCheckedInstruction(
        world.tokens.owner,
        world.mint,
        world.tokens.recipient,
        world.key("owner"),
        1n,
        world.testMint.decimals,
        [],
        world.tokenProgram,
      ),
    ],
    "owner",
  );
  const [use] = computeUse(result.logs, world.tokenProgram);
  if (!use) throw new Error("the token program was not invoked");
  return { cu: use.cu, tokenCu: use.cu, ownCu: 0 };
}

/**
 * How many executions of different policies, each of another owner to another recipient, fit in one transaction
 * with a lookup table, and land.
 */
export async function measureBatch(runtime: RuntimeName): Promise<number> {
  const world = await World.create({ runtime });
  await world.chain.setTime(START + 10n);
  const executions: TransactionInstruction[] = [];
  for (let i = 0; i < BATCH_CANDIDATES; i++) {
    executions.push((await world.otherOwnersPolicy(`bench/${i}`)).execution);
  }
  const addresses = new Map<string, PublicKey>();
  for (const { keys } of executions) {
    for (const { pubkey } of keys) addresses.set(pubkey.toBase58(), pubkey);
  }
  const table = await world.chain.createLookupTable([...addresses.values()]);
  for (let count = BATCH_CANDIDATES; count > 0; count--) {
    const options = {
      feePayer: world.people.stranger,
      lookupTables: [table],
      computeUnitLimit: 1_400_000,
    };
    let wire: Uint8Array;
    try {
      wire = world.chain
        .sign(executions.slice(0, count), [world.people.stranger], options)
        .serialize();
    } catch (error) {
      // web3.js throws a RangeError where the message outgrows a packet.
      if (error instanceof RangeError) continue;
      throw error;
    }
    if (wire.length > PACKET_BYTES) continue;
    const result = await world.chain.sendRaw(wire);
    // A transaction may lock 64 accounts.
    if (result.err === "TooManyAccountLocks") continue;
    if (!result.ok) throw new Error(`${JSON.stringify(result.err)}\n${result.logs.join("\n")}`);
    return count;
  }
  throw new Error("not one execution fits");
}

/** Largest transaction a cluster accepts. */
const PACKET_BYTES = 1_232;
const BATCH_CANDIDATES = 40;
