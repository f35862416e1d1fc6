/** Every instruction is the one that the SDK builds: bytes, accounts and their roles. */
import { buildInstruction, IDL, type InstructionName } from "@milepost/sdk";
import { type AccountMeta, AccountRole, type Address, createNoopSigner } from "@solana/kit";
import { PublicKey, type TransactionInstruction } from "@solana/web3.js";
import { expect } from "chai";
import fc from "fast-check";
import * as client from "../../src";
import { address, type Field, forAll, SEED, valueOfFields } from "../random-values";

interface AccountItem {
  name: string;
  signer?: boolean;
  optional?: boolean;
  address?: string;
}

interface Built {
  programAddress: Address;
  accounts: readonly AccountMeta[];
  data: Uint8Array;
}

type Build = (input: object, config?: { programAddress?: Address }) => Built;
type Parse = (instruction: Built) => {
  accounts: Record<string, AccountMeta | undefined>;
  data: object;
};

const names = client as unknown as Record<string, unknown>;
const pascal = (name: string): string => name[0]!.toUpperCase() + name.slice(1);
const buildOf = (name: string) => names[`get${pascal(name)}Instruction`] as Build;
const parseOf = (name: string) => names[`parse${pascal(name)}Instruction`] as Parse;
const ROLE = (isSigner: boolean, isWritable: boolean): AccountRole =>
  isSigner
    ? isWritable
      ? AccountRole.WRITABLE_SIGNER
      : AccountRole.READONLY_SIGNER
    : isWritable
      ? AccountRole.WRITABLE
      : AccountRole.READONLY;

const shown = ({ programId, keys, data }: TransactionInstruction) => ({
  program: programId.toBase58(),
  accounts: keys.map(({ pubkey, isSigner, isWritable }) => [
    pubkey.toBase58(),
    ROLE(isSigner, isWritable),
  ]),
  data: data.toString("hex"),
});

const shownByKit = ({ programAddress, accounts, data }: Built) => ({
  program: programAddress,
  accounts: accounts.map((meta) => [meta.address, meta.role]),
  data: Buffer.from(data).toString("hex"),
});

/** Random accounts of an instruction; an optional one may be absent. */
function accountsOf(items: readonly AccountItem[]) {
  const one = (item: AccountItem) => (item.optional ? fc.option(address) : address);
  return fc
    .record(Object.fromEntries(items.map((item) => [item.name, one(item)])))
    .map((record) => {
      const given = items.flatMap((item) => {
        const pair = record[item.name];
        return pair ? [{ item, pair }] : [];
      });
      return {
        sdk: Object.fromEntries(given.map(({ item, pair }) => [item.name, pair.sdk])),
        kit: Object.fromEntries(
          given.map(({ item, pair }) => [
            item.name,
            item.signer ? createNoopSigner(pair.kit) : pair.kit,
          ]),
        ),
      };
    });
}

describe(`instructions (seed ${SEED})`, () => {
  for (const { name, accounts, args } of IDL.instructions) {
    const items = accounts as readonly AccountItem[];
    const inputs = fc.record({
      accounts: accountsOf(items),
      args: valueOfFields(args as readonly Field[]),
      program: fc.option(address),
    });

    it(`builds ${name} as the SDK does, also for another program`, () => {
      forAll(inputs, (input) => {
        const program = input.program;
        const wanted = buildInstruction(
          name as InstructionName,
          input.accounts.sdk as never,
          input.args.sdk as Record<string, unknown>,
          program?.sdk,
        );
        const built = buildOf(name)(
          { ...input.accounts.kit, ...input.args.kit },
          program ? { programAddress: program.kit } : {},
        );
        expect(shownByKit(built)).to.deep.equal(shown(wanted));
      });
    });

    it(`reads ${name} back, with absent accounts as undefined`, () => {
      forAll(inputs, (input) => {
        const config = input.program ? { programAddress: input.program.kit } : {};
        const built = buildOf(name)({ ...input.accounts.kit, ...input.args.kit }, config);
        const parsed = parseOf(name)(built);
        for (const { name: account } of items) {
          const given = (input.accounts.sdk as Record<string, PublicKey>)[account];
          expect(parsed.accounts[account]?.address, account).to.equal(given?.toBase58());
        }
        expect(parsed.data).to.deep.include(input.args.kit);
      });
    });

    const required = items.filter(({ optional, address: fixed }) => !optional && !fixed);
    for (const { name: missing } of required.filter((item) => item.name !== "tokenProgram")) {
      it(`refuses ${name} without ${missing}`, () => {
        const [input] = fc.sample(inputs, { seed: SEED, numRuns: 1 });
        const given = { ...input!.accounts.kit, [missing]: undefined };
        expect(() => buildOf(name)({ ...given, ...input!.args.kit }))
          .to.throw(client.InvalidInputError)
          .with.property(
            "message",
            `Invalid ${missing}: expected an address or a signer, got null.`,
          );
      });
    }
  }

  it("refuses bytes of another length instead of cutting them", () => {
    const input = (evidenceHash: Uint8Array) => ({
      recipient: createNoopSigner(PublicKey.unique().toBase58() as Address),
      policy: PublicKey.unique().toBase58() as Address,
      escrow: PublicKey.unique().toBase58() as Address,
      milestoneIndex: 0,
      evidenceHash,
    });
    for (const length of [0, 31, 33]) {
      expect(() => client.getSubmitMilestoneInstruction(input(new Uint8Array(length))))
        .to.throw(client.InvalidInputError)
        .with.property(
          "message",
          `Invalid evidenceHash: expected a Uint8Array of 32 bytes, got ${length}.`,
        );
    }
    for (const milestoneIndex of [1.5, NaN, -1, 256]) {
      const given = { ...input(new Uint8Array(32)), milestoneIndex };
      expect(() => client.getSubmitMilestoneInstruction(given))
        .to.throw(client.InvalidInputError)
        .with.property(
          "message",
          `Invalid milestoneIndex: expected an integer from 0 to 255, got ${milestoneIndex}.`,
        );
    }
  });

  it("fills in no escrow for a delegated policy", async () => {
    const any = () => PublicKey.unique().toBase58() as Address;
    const { accounts } = await client.getExecutePaymentInstructionAsync({
      executor: createNoopSigner(any()),
      ...{ gateway: any(), userPayment: any(), policy: any(), mint: any() },
      ...{ tokenAccount: any(), recipientTokenAccount: any(), milestoneIndex: 0 },
    });
    expect(accounts).to.have.length(11);
  });
});
