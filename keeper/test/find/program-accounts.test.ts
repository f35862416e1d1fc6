import { expect } from "chai";
import { Connection, SolanaJSONRPCError } from "@solana/web3.js";
import { programAccounts } from "../../src/find/program-accounts";
import { key } from "../harness/accounts";

const PROGRAM = key("program");
const QUERY = {
  programId: PROGRAM,
  filters: [{ dataSize: 3 }, { memcmp: { offset: 1, bytes: "2" } }],
  dataSlice: { offset: 0, length: 3 },
};

function account(name: string, owner = PROGRAM) {
  const info = { data: [Buffer.from(name).toString("base64"), "base64"], executable: false };
  const rest = { lamports: 7, owner: owner.toBase58(), rentEpoch: 0, space: 3 };
  return { pubkey: key(name).toBase58(), account: { ...info, ...rest } };
}

/** Makes a connection to an RPC with one answer, which records the requests. */
function answering(answer: object) {
  const asked: unknown[] = [];
  const fetch = (_url: unknown, { body }: { body: string }) => {
    const { id, method, params } = JSON.parse(body) as Record<string, unknown>;
    asked.push([method, params]);
    return Promise.resolve(new Response(JSON.stringify({ jsonrpc: "2.0", id, ...answer })));
  };
  const connection = new Connection("http://rpc.example", {
    commitment: "confirmed",
    fetch: fetch as never,
  });
  return { connection, asked };
}

/** Returns the connection without the private parts of web3.js. */
function official(connection: Connection): Pick<Connection, "getProgramAccounts"> {
  return { getProgramAccounts: connection.getProgramAccounts.bind(connection) };
}

async function failure(work: Promise<unknown>): Promise<Error> {
  return work.then(
    () => new Error("it resolved"),
    (error: unknown) => error as Error,
  );
}

describe("many accounts of a program", () => {
  it("given accounts, when they are read, then request and answer are those of web3.js", async () => {
    const value = [account("abc"), account("xyz", key("another program"))];
    const { connection, asked } = answering({ result: { context: { slot: 9 }, value } });
    const found = await programAccounts({ ...QUERY, connection });
    const theirs = await programAccounts({ ...QUERY, connection: official(connection) });
    expect(asked[0]).to.deep.equal(asked[1]);
    const shown = ({ slot, accounts }: typeof found) => [
      slot,
      accounts.map(({ pubkey, info: { owner, data, lamports, executable } }) => {
        return [pubkey.toBase58(), owner.toBase58(), data.toString(), lamports, executable];
      }),
    ];
    expect(shown(found)).to.deep.equal(shown(theirs));
    expect(found.accounts).to.have.length(2);
  });

  it("given a commitment, when the accounts are read, then the request has it", async () => {
    const { connection, asked } = answering({ result: { context: { slot: 9 }, value: [] } });
    await programAccounts({ ...QUERY, connection, commitment: "finalized" });
    expect(JSON.stringify(asked)).to.contain('"commitment":"finalized"');
  });

  it("given an error of the RPC, when it is read, then it is the one of web3.js", async () => {
    const error = { code: -32_005, message: "Node is behind" };
    const { connection } = answering({ error });
    const ours = await failure(programAccounts({ ...QUERY, connection }));
    const theirs = await failure(programAccounts({ ...QUERY, connection: official(connection) }));
    expect(ours).to.be.instanceOf(SolanaJSONRPCError);
    expect([ours.message, (ours as SolanaJSONRPCError).code]).to.deep.equal([
      theirs.message,
      (theirs as SolanaJSONRPCError).code,
    ]);
  });

  const good = account("abc");
  for (const [name, result] of [
    ["nothing", null],
    ["no slot", { context: {}, value: [] }],
    ["no list", { context: { slot: 9 }, value: {} }],
    ["an address that is none", { context: { slot: 9 }, value: [{ ...good, pubkey: "0OIl" }] }],
    ["no account", { context: { slot: 9 }, value: [{ pubkey: good.pubkey, account: null }] }],
    [
      "another encoding",
      {
        context: { slot: 9 },
        value: [{ ...good, account: { ...good.account, data: ["abc", "base58"] } }],
      },
    ],
  ] as const) {
    it(`given ${name} in the answer, when it is read, then all of it is refused`, async () => {
      const { connection } = answering({ result });
      const error = await failure(programAccounts({ ...QUERY, connection }));
      expect(error.message).to.equal("the RPC's answer to getProgramAccounts can't be read");
    });
  }
});
