/** The project's own program and SDK on a localnet, as the keeper uses them. */
import { expect } from "chai";
import { readFileSync } from "node:fs";
import path from "node:path";
import { Keypair, type PublicKey, type TransactionInstruction } from "@solana/web3.js";
import {
  createMemoBuffer,
  getGatewayPda,
  MilestoneClient,
  POLICY_OFFSET,
  PROGRAM_ID,
  RELEASE_DUE_DATE,
} from "@milepost/sdk";
import { getAssociatedTokenAddressSync } from "@solana/spl-token";
import { START_TIME, Testnet, type TestSocket } from "../harness/testnet";

const DAY = 86_400n;
const ELF = readFileSync(
  path.resolve(__dirname, "../../..", process.env.MILESTONE_SO ?? "artifacts/milestone.so"),
);

describe("localnet: Milepost", () => {
  let net: Testnet;
  let socket: TestSocket;
  let deployer: Keypair;
  beforeEach(async () => {
    deployer = Keypair.generate();
    net = await Testnet.start({
      programs: [
        {
          programId: PROGRAM_ID.toBase58(),
          elf: ELF,
          upgradeAuthority: deployer.publicKey.toBase58(),
        },
      ],
    });
    socket = await net.socket();
    await net.connection.requestAirdrop(deployer.publicKey, 10e9);
    const sdk = new MilestoneClient(net.connection, deployer);
    const feeRecipient = deployer.publicKey;
    const signer = deployer.publicKey;
    await send(deployer, [
      ...(await sdk.initializeConfig({ feeRecipient, protocolFeeBps: 0 })),
      ...(await sdk.createGateway({ signer, feeRecipient, feeBps: 0, name: "Acme" })),
    ]);
  });
  afterEach(async () => {
    socket.close();
    await net.stop();
  });

  const send = (signer: Keypair, instructions: TransactionInstruction[]): Promise<string> =>
    net.send(instructions, [signer]);

  async function policy(): Promise<{ policy: PublicKey; recipient: Keypair; mint: PublicKey }> {
    const [owner, recipient] = [await net.funded(), await net.funded()];
    const mint = await net.mint(deployer);
    await net.tokens(mint, owner, 300n);
    await net.tokens(mint, recipient, 0n);
    const sdk = new MilestoneClient(net.connection, owner);
    const { instructions, policy } = await sdk.prepareMilestone(
      mint.address,
      recipient.publicKey,
      getGatewayPda(deployer.publicKey)[0],
      [100n, 200n],
      [1n, 2n].map((days) => BigInt(START_TIME) + days * DAY),
      RELEASE_DUE_DATE,
      createMemoBuffer("localnet", 64),
    );
    await send(owner, instructions);
    return { policy, recipient, mint: mint.address };
  }

  it("notifies a program subscription of a policy's new state after a payment", async () => {
    const { policy: address, recipient, mint } = await policy();
    const keeper = await net.funded();
    const sdk = new MilestoneClient(net.connection, keeper);
    const dataSlice = { offset: POLICY_OFFSET.currentMilestone, length: 1 };
    const filters = [
      { memcmp: { offset: POLICY_OFFSET.recipient, bytes: recipient.publicKey.toBase58() } },
    ];
    const config = { encoding: "base64", filters, dataSlice };
    await socket.call("programSubscribe", [PROGRAM_ID.toBase58(), config]);
    const scan = await net.connection.getProgramAccounts(PROGRAM_ID, { filters, dataSlice });
    expect(scan.map(({ pubkey, account }) => [pubkey.toBase58(), account.data[0]])).to.deep.equal([
      [address.toBase58(), 0],
    ]);

    const early = await net
      .send(await sdk.executePayment(address), [keeper])
      .catch((error: Error) => error.message);
    expect(early).to.contain("custom program error");
    await net.rpc("localnet_warp", [{ slots: 1, seconds: Number(DAY) }]);
    await send(keeper, await sdk.executePayment(address));

    const { value } = (await socket.next()).params.result;
    expect(value.pubkey).to.equal(address.toBase58());
    expect(Buffer.from(value.account.data[0], "base64")[0]).to.equal(1);
    const paid = getAssociatedTokenAddressSync(mint, recipient.publicKey);
    expect((await net.connection.getTokenAccountBalance(paid)).value.amount).to.equal("100");
  });

  it("finds each of many policies once in a scan", async () => {
    const made = [await policy(), await policy(), await policy()].map(({ policy }) => policy);
    const account = await net.connection.getAccountInfo(made[0] as PublicKey);
    const size = account?.data.length as number;
    const found = await net.connection.getProgramAccounts(PROGRAM_ID, {
      filters: [{ dataSize: size }],
      dataSlice: { offset: 0, length: 0 },
    });
    expect(found.map(({ pubkey }) => pubkey.toBase58())).to.have.members(
      made.map((address) => address.toBase58()),
    );
  });
});
