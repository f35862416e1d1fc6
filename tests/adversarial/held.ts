/** The held policies of the stage: one in each state that an instruction starts from, and two that belong elsewhere. */
import { Keypair, PublicKey } from "@solana/web3.js";
import { createTokenAccount, fixedKeypair, mintTo } from "../harness";
import { Accounts, HeldPolicy, Person, START, Terms, World } from "../world";

export const PLATFORM_FEE_BPS = 250;

/** What another owner's calls name in place of the world's owner. */
export interface OtherOwner {
  keypair: Keypair;
  accounts: Accounts;
}

/** How far each one has come; `sibling` stands in for the escrow, vault or policy of another one. */
const STATES = [
  /** Funded, and not accepted. */
  "opened",
  /** Accepted, and nothing in the vault. */
  "unfunded",
  "funded",
  "submitted",
  "disputed",
  "mediated",
  "timedOut",
  /** As `funded`, of the same parties. */
  "sibling",
] as const;
type State = (typeof STATES)[number];

export interface HeldStage extends Record<State, HeldPolicy> {
  ofOtherOwner: HeldPolicy;
  /** A funded token account of that escrow, or of the sibling's where the call has none. */
  besideVaultOf: (escrow: PublicKey | undefined) => PublicKey;
}

/** `agree` makes a delegated policy of the world's owner, or of another one. */
export async function createHeldStage(
  world: World,
  rentPayer: Keypair,
  agree: (owner?: OtherOwner) => Promise<PublicKey>,
  otherOwner: OtherOwner,
): Promise<HeldStage> {
  const { chain, testMint } = world;
  const { payer } = world.people;
  const open = async (terms: Partial<Terms>, other?: OtherOwner): Promise<HeldPolicy> => {
    const address = await agree(other);
    const schedule = { amounts: [], timestamps: [], releaseCondition: 2 };
    const held = new HeldPolicy(world, { address, id: 0, schedule });
    const all = { platformFeeBps: PLATFORM_FEE_BPS, ...terms };
    await chain.sendOk(
      [held.open(all, { payer: rentPayer.publicKey, ...other?.accounts })],
      [payer, rentPayer, other?.keypair ?? world.people.owner],
    );
    return held;
  };
  const policies = {} as Record<State, HeldPolicy>;
  for (const state of STATES) {
    const isTimedOut = state === "timedOut";
    policies[state] = await open(isTimedOut ? { mediationTimeoutSecs: 1 } : {});
  }
  const send = async (states: State[], person: Person, build: (held: HeldPolicy) => unknown) => {
    for (const state of states) {
      await world.expectOk([build(policies[state]) as never], person);
    }
  };
  const inMediation: State[] = ["mediated", "timedOut"];
  const inDispute: State[] = ["disputed", ...inMediation];
  const delivered: State[] = ["submitted", ...inDispute];
  const inVault: State[] = ["funded", "sibling", ...delivered];
  await send(["opened"], "owner", (held) => held.fund(0, 1));
  await send(["unfunded", ...inVault], "recipient", (held) => held.accept());
  await send(inVault, "owner", (held) => held.fund(0, 1));
  await send(delivered, "recipient", (held) => held.submit(0));
  await send(inDispute, "owner", (held) => held.dispute(0));
  await send(inMediation, "owner", (held) => held.requestMediation(0));

  const ofOtherOwner = await open({}, otherOwner);
  const besideVault = new Map<string, PublicKey>();
  for (const { escrow } of [...Object.values(policies), ofOtherOwner]) {
    const keypair = fixedKeypair(`adversarial/beside/${escrow.toBase58()}`);
    const address = await createTokenAccount(chain, testMint, escrow, keypair);
    await mintTo(chain, testMint, address, 1_000_000n);
    besideVault.set(escrow.toBase58(), address);
  }
  await chain.setTime(START + 60n);
  const spare = (escrow: PublicKey) => besideVault.get(escrow.toBase58());
  return {
    ...policies,
    ofOtherOwner,
    besideVaultOf: (escrow) =>
      (escrow && spare(escrow)) ?? (spare(policies.sibling.escrow) as PublicKey),
  };
}
