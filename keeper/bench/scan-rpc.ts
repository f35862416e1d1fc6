/**
 * An RPC that answers with generated policies: `COUNT HELD_EVERY`, run by `scan.ts`. Prints its port. It knows the
 * methods that a keeper needs while nothing is due.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import bs58 from "bs58";
import { CHAIN_START, type Memcmp, ownerOf, POLICY_BYTES, ScanAccounts } from "./scan-accounts";

interface RpcRequest {
  id: unknown;
  method: string;
  params?: [unknown, Config?];
}

interface Config {
  filters?: { dataSize?: number; memcmp?: { offset: number; bytes: string } }[];
  dataSlice?: { offset: number; length: number };
  withContext?: boolean;
}

const FIRST_SLOT = 1_000_000;
const SLOT_MS = 400;
const LAMPORTS = 1_000_000_000;

class ScanRpc {
  private readonly begun = performance.now();

  constructor(private readonly accounts: ScanAccounts) {}

  answer({ method, params = [null] }: RpcRequest): string {
    const [first, config = {}] = params;
    const context = { slot: this.slot };
    switch (method) {
      case "getProgramAccounts":
        return `{"context":${JSON.stringify(context)},"value":[${this.scan(config).join()}]}`;
      case "getMultipleAccounts": {
        const value = this.read(first as string[]);
        return JSON.stringify({ context, value });
      }
      case "getAccountInfo": {
        const [value] = this.read([String(first)]);
        return JSON.stringify({ context, value });
      }
      case "getBalance":
        return JSON.stringify({ context, value: LAMPORTS });
      case "getSlot":
      case "getBlockHeight":
        return JSON.stringify(this.slot);
      case "getGenesisHash":
        return JSON.stringify("BenchOfScans1111111111111111111111111111111");
      default:
        throw new Error(`the bench's RPC does not know ${method}`);
    }
  }

  private get slot(): number {
    return FIRST_SLOT + Math.floor((performance.now() - this.begun) / SLOT_MS);
  }

  private *scanned({ filters = [], dataSlice }: Config): Generator<string> {
    const size = filters.find(({ dataSize }) => dataSize !== undefined)?.dataSize;
    if (size !== POLICY_BYTES) return;
    const compared = filters.flatMap(({ memcmp }): Memcmp[] =>
      memcmp ? [{ offset: memcmp.offset, bytes: Buffer.from(bs58.decode(memcmp.bytes)) }] : [],
    );
    for (const { address, data } of this.accounts.find(compared)) {
      const { offset, length } = dataSlice ?? { offset: 0, length: data.length };
      const shown = data.subarray(offset, offset + length);
      yield `{"pubkey":"${address}","account":${toJson(shown, ownerOf(data))}}`;
    }
  }

  private scan(config: Config): string[] {
    return [...this.scanned(config)];
  }

  private read(addresses: readonly string[]): unknown[] {
    const now = CHAIN_START + BigInt(Math.floor((performance.now() - this.begun) / 1_000));
    return this.accounts
      .read(addresses, now, this.slot)
      .map((data) => data && (JSON.parse(toJson(data, ownerOf(data))) as unknown));
  }
}

function toJson(data: Buffer, owner: string): string {
  return `{"lamports":${LAMPORTS},"data":["${data.toString("base64")}","base64"],"owner":"${owner}","executable":false,"rentEpoch":0,"space":${data.length}}`;
}

async function main([count, heldEvery]: string[]): Promise<void> {
  const rpc = new ScanRpc(await ScanAccounts.create(Number(count), Number(heldEvery)));
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const call = JSON.parse(Buffer.concat(chunks).toString("utf8")) as RpcRequest;
      response.setHeader("content-type", "application/json");
      const id = JSON.stringify(call.id);
      try {
        response.end(`{"jsonrpc":"2.0","result":${rpc.answer(call)},"id":${id}}`);
      } catch (error) {
        const message = JSON.stringify((error as Error).message);
        response.end(`{"jsonrpc":"2.0","error":{"code":-32601,"message":${message}},"id":${id}}`);
      }
    });
  });
  server.listen(0, "127.0.0.1", () => console.log((server.address() as AddressInfo).port));
  process.once("SIGTERM", () => process.exit(0));
}

void main(process.argv.slice(2));
