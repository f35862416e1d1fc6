import { expect } from "chai";
import BN from "bn.js";
import { PublicKey } from "@solana/web3.js";
import { decodeAccount } from "../../src/accounts/decode";
import { anchorAccounts } from "../anchor-coder";
import { ACCOUNT_SIZE, PROGRAM_ID } from "../../src/constants";
import { AccountNotFoundError } from "../../src/errors/accounts";
import { getEscrow } from "../../src/accounts/fetch";
import {
  firstUnfunded,
  milestoneStateAt,
  milestoneStateName,
} from "../../src/rules/milestone-state";
import { listEscrowsByMediator } from "../../src/accounts/list";
import { getEscrowPda } from "../../src/pdas";
import { expectError } from "../expect-error";
import {
  escrow,
  escrowPda,
  fakeWorld,
  heldWorld,
  mediator,
  NOW,
  policy,
  policyPda,
  stranger,
} from "../fixtures";

const hash = (byte: number) => new Array<number>(32).fill(byte);

describe("the Escrow account", () => {
  it("given one in every state, then 640 bytes that decode to the same", async () => {
    const given = escrow(
      [
        { state: { released: {} } },
        {
          state: { disputed: {} },
          funded: new BN("18446744073709551615"),
          submittedAt: new BN(NOW),
          disputedAt: new BN(NOW + 1),
          evidenceHash: hash(7),
          reasonHash: hash(9),
        },
        { state: { funded: {} }, funded: new BN(5) },
      ],
      { mediationAt: new BN(NOW + 2), platformFeeBps: 250 },
    );
    const data = await anchorAccounts().encode("escrow", given);
    expect(data.length).to.equal(ACCOUNT_SIZE.escrow);
    const info = { owner: PROGRAM_ID, data, executable: false, lamports: 1 };
    const back = decodeAccount("escrow", escrowPda, info, PROGRAM_ID);
    expect(JSON.stringify(back)).to.equal(JSON.stringify(given));
  });

  it("given a held policy, then its escrow; given a delegated one, then not found", async () => {
    const { sdk, context } = await heldWorld([{ state: { funded: {} } }]);
    expect((await sdk.getEscrow(policyPda)).mediator.equals(mediator.publicKey)).to.equal(true);
    const delegated = await fakeWorld();
    const get = () => getEscrow(delegated.context, policyPda);
    expect((await expectError(AccountNotFoundError, get)).message).to.contain("fundingKind");
    const mine = await listEscrowsByMediator(context, mediator.publicKey);
    expect(mine.map(({ address }) => address.toBase58())).to.deep.equal([escrowPda.toBase58()]);
    expect(await sdk.listEscrowsByMediator(stranger.publicKey)).to.deep.equal([]);
  });

  it("given a policy, then the seeds of the account page", () => {
    const [expected] = PublicKey.findProgramAddressSync(
      [Buffer.from("escrow"), policyPda.toBuffer()],
      PROGRAM_ID,
    );
    expect(getEscrowPda(policyPda)[0].equals(expected)).to.equal(true);
  });
});

describe("milestoneStateAt", () => {
  it("given a dispute, then it is in mediation from the second of mediationAt on", () => {
    const disputed = escrow([{ state: { disputed: {} } }], { mediationAt: new BN(NOW) });
    const at = (now: number) => milestoneStateAt(disputed, 0, new BN(now));
    expect([at(NOW - 1), at(NOW), at(NOW + 1)]).to.deep.equal([
      "disputed",
      "mediation",
      "mediation",
    ]);
    expect(milestoneStateName(disputed.milestones[0]!.state)).to.equal("disputed");
    expect(milestoneStateAt(disputed, 1, new BN(NOW))).to.equal("unfunded");
  });
});

describe("firstUnfunded", () => {
  it("given milestones, then the first unfunded one from the current on", () => {
    const funded = { state: { funded: {} } };
    const ended = { state: { released: {} } };
    expect(firstUnfunded(policy(), escrow())).to.equal(0);
    expect(firstUnfunded(policy(), escrow([funded]))).to.equal(1);
    expect(firstUnfunded(policy(), escrow([funded, funded]))).to.equal(2);
    expect(firstUnfunded(policy({ currentMilestone: 1 }), escrow([ended]))).to.equal(1);
    expect(firstUnfunded(policy({ currentMilestone: 2 }), escrow([ended, ended]))).to.equal(2);
  });
});
