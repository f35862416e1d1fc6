/** The addresses that the IDL names: Anchor's client and Codama find the accounts of every instruction by them. */
import { AnchorProvider, Program, type Wallet } from "@coral-xyz/anchor";
import { type AnchorIdl, rootNodeFromAnchor } from "@codama/nodes-from-anchor";
import { type Keypair, PublicKey } from "@solana/web3.js";
import { expect } from "chai";
import { IDL as SDK_IDL } from "@milepost/sdk";
import { validCall } from "../adversarial/calls";
import { EXECUTE_HELD, INSTRUCTIONS } from "../adversarial/kinds";
import { Stage } from "../adversarial/stage";
import { ChainConnection } from "../harness/connection";
import { IDL } from "../world";

interface NamedAccount {
  name: string;
  address?: string;
  pda?: unknown;
  relations?: string[];
  optional?: boolean;
  signer?: boolean;
}

const camelCase = (name: string): string =>
  name.replace(/_([a-z0-9])/g, (_all, letter: string) => letter.toUpperCase());

const accountsOf = (instruction: string): NamedAccount[] =>
  IDL.instructions.find(({ name }) => name === instruction)?.accounts ?? [];

const isNamed = ({ address, pda, relations }: NamedAccount): boolean =>
  Boolean(address ?? pda ?? relations);

/** Anchor's client signs as its wallet, so the wallet is the signer that the call needs. */
function programOf(stage: Stage, signer: PublicKey): Program {
  const wallet = { publicKey: signer } as Wallet & { payer: Keypair };
  const provider = new AnchorProvider(new ChainConnection(stage.world.chain), wallet, {});
  return new Program(SDK_IDL, provider);
}

describe("the addresses that the IDL names", () => {
  let stage: Stage;
  before(async () => {
    stage = await Stage.create();
  });

  for (const instruction of INSTRUCTIONS.filter((name) => name !== EXECUTE_HELD)) {
    it(`lets Anchor's client find the accounts of ${instruction}`, async () => {
      const { accounts } = await validCall(stage, instruction);
      const items = accountsOf(instruction);
      // The client takes its wallet for each signer that the caller leaves out, so one is left out.
      const signer = items.find((item) => item.signer && isNamed(item))?.name;
      const given = items.filter(
        (item) => !isNamed(item) || item.optional || (item.signer && item.name !== signer),
      );
      const wanted = Object.fromEntries(
        items.map(({ name }) => [camelCase(name), accounts[name]?.toBase58()]),
      );
      const program = programOf(stage, accounts[signer ?? "owner"] ?? PublicKey.default);
      const builder = (program.methods as Record<string, (...args: unknown[]) => unknown>)[
        camelCase(instruction)
      ]!(...argumentsOf(instruction)) as {
        accountsPartial(accounts: Record<string, PublicKey>): {
          pubkeys(): Promise<Record<string, PublicKey>>;
        };
      };
      const found = await builder
        .accountsPartial(
          Object.fromEntries(given.map(({ name }) => [camelCase(name), accounts[name]!])),
        )
        .pubkeys();
      const printed = Object.entries(found).map(([name, key]) => [name, key.toBase58()]);
      expect(Object.fromEntries(printed)).to.deep.equal(wanted);
    });
  }

  it("gives Codama a default for each derived address and each fixed program", () => {
    const { program } = rootNodeFromAnchor(IDL as unknown as AnchorIdl);
    const seedsOf = (name: string) =>
      program.pdas
        ?.find((pda) => pda.name === name)
        ?.seeds?.map((seed) => ("name" in seed ? seed.name : "constant"));
    expect(seedsOf("config")).to.deep.equal(["constant"]);
    expect(seedsOf("gateway")).to.deep.equal(["constant", "authority"]);
    expect(seedsOf("userPayment")).to.deep.equal(["constant", "owner", "mint"]);
    expect(seedsOf("escrow")).to.deep.equal(["constant", "policy"]);
    let derived = 0;
    for (const { name, accounts } of program.instructions ?? []) {
      for (const { name: slot, defaultValue } of accounts ?? []) {
        const item = accountsOf(
          name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
        ).find((candidate) => camelCase(candidate.name) === slot);
        // Codama derives from accounts and arguments only; the id of a new policy is a field.
        if (!item?.pda || slot === "policy") continue;
        expect(defaultValue?.kind, `${name}.${slot}`).to.equal("pdaValueNode");
        derived += 1;
      }
    }
    const named = IDL.instructions.flatMap(({ name }) => accountsOf(name)).filter(({ pda }) => pda);
    expect(derived).to.equal(named.filter(({ name }) => name !== "policy").length);
  });
});

/** As many arguments as the instruction takes; finding accounts reads none of them. */
function argumentsOf(instruction: string): unknown[] {
  return (IDL.instructions.find(({ name }) => name === instruction)?.args ?? []).map(() => 0);
}
