/** Sends a changed call and puts the stage back afterwards. */
import { isDeepStrictEqual } from "node:util";
import { AccountMeta, PublicKey, TransactionInstruction } from "@solana/web3.js";
import { expect } from "chai";
import { expectError, expectUnchanged, SendResult, snapshot } from "../harness";
import { PROGRAM_ID } from "../world";
import { Call, validCall } from "./calls";
import { slotsOf } from "./kinds";
import type { Change } from "./mutations";
import { OUTCOMES } from "./outcomes";
import { rewind, Stage } from "./stage";
import { ALLOWED, type Verdict } from "./verdicts";

/** The fee payer takes no other part, so that its signature and write lock lend nothing to a slot. */
function send(stage: Stage, call: Call, keys: AccountMeta[]): Promise<SendResult> {
  const signers = keys.flatMap((key) => stage.keypairOf(key.pubkey) ?? []);
  const instruction = new TransactionInstruction({
    programId: PROGRAM_ID,
    keys,
    data: call.instruction.data,
  });
  return stage.world.chain.send([instruction], signers, { feePayer: stage.wallets.feePayer });
}

/** Each address once. */
function addressesOf(
  feePayer: PublicKey,
  keys: AccountMeta[],
  others: PublicKey[] = [],
): PublicKey[] {
  const all = [feePayer, ...keys.map((key) => key.pubkey), ...others];
  return [...new Map(all.map((address) => [address.toBase58(), address])).values()];
}

const bystanders = ({ policies, held, world }: Stage): PublicKey[] => [
  ...Object.values(policies),
  held.sibling.policy.address,
  held.sibling.escrow,
  held.sibling.vault,
  world.gateway,
];

/**
 * Demands the verdict: exactly that error and not one byte changed in any account that the valid or the changed
 * call names (no other can change), or the outcome that `OUTCOMES` proves for `subject`, "instruction.slot".
 */
export async function attempt(
  stage: Stage,
  instruction: string,
  change: Change,
  verdict: Verdict,
  subject?: string,
): Promise<void> {
  const { chain } = stage.world;
  const feePayer = stage.key("feePayer");
  const call = await validCall(stage, instruction);
  const origin = await snapshot(chain, addressesOf(feePayer, call.instruction.keys));
  let isPrepared = true;
  try {
    await call.before?.();
    const keys = await change(stage, call);
    const before = await snapshot(
      chain,
      addressesOf(
        feePayer,
        [...call.instruction.keys, ...keys],
        // No transaction changes an account that it doesn't name; a proof may want to say so.
        verdict === ALLOWED ? bystanders(stage) : [],
      ),
    );
    isPrepared = !isDeepStrictEqual(
      [...origin.accounts.keys()].map((name) => before.accounts.get(name)),
      [...origin.accounts.values()],
    );
    if (verdict !== ALLOWED) {
      await expectUnchanged(
        before,
        async () => expectError(await send(stage, call, keys), verdict, 0),
        [feePayer],
      );
      return;
    }
    const proof = subject === undefined ? async () => {} : OUTCOMES[subject];
    if (!proof) throw new Error(`say in outcomes.ts what an allowed ${subject} leads to`);
    try {
      const result = await send(stage, call, keys);
      expect(result.err, result.logs.join("\n")).to.equal(null);
      const used = Object.fromEntries(
        slotsOf(instruction).flatMap((slot) => {
          const key = keys[slot.index];
          return key ? [[slot.name, key.pubkey]] : [];
        }),
      );
      await proof({ stage, used, before });
    } finally {
      await rewind(before);
    }
  } finally {
    if (isPrepared) await rewind(origin);
  }
}
