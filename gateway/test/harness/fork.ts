/** A fork that does not survive: the localnet forgets what landed since a mark, with accounts and history. */
import type { MilepostLocalnet } from "../../../localnet/src";
import type { ChainRuntime } from "../../src/chain";

/** Slots after which a blockhash has expired. */
const EXPIRED = 160;

type Chain = MilepostLocalnet["chain"];
type Account = NonNullable<ReturnType<Chain["getAccount"]>>;
interface Insides {
  accounts: { byAddress: ReadonlyMap<string, Account> };
  history: { bySignature: Map<string, { writable: boolean[]; accounts: string[] }> };
}

/** A branch of the chain. */
export interface Fork {
  /** Everything that lands from here on is in the fork. */
  mark(): void;
  /** Drops the fork, and lets every blockhash in it expire. */
  drop(): void;
  /** From here on what has landed is final; before, it is only confirmed. */
  finalize(): void;
}

/** Takes the finality of a sandbox's chain into the test's hands. */
export function forkOf({ chain: localnet }: MilepostLocalnet, { connection }: ChainRuntime): Fork {
  const { accounts, history } = localnet as unknown as Insides;
  let before = new Map<string, Account>();
  let known = new Set<string>();
  let isFinal = false;
  const ask = connection.getSignatureStatuses.bind(connection);
  connection.getSignatureStatuses = async (...args) => {
    const answer = await ask(...args);
    for (const status of answer.value) {
      if (status && !isFinal) Object.assign(status, { confirmationStatus: "confirmed" });
    }
    return answer;
  };
  return {
    mark() {
      before = new Map(
        [...accounts.byAddress].map(([address, account]) => [
          address,
          { ...account, data: Buffer.from(account.data) },
        ]),
      );
      known = new Set(history.bySignature.keys());
    },
    drop() {
      for (const [signature, landed] of [...history.bySignature]) {
        if (known.has(signature)) continue;
        history.bySignature.delete(signature);
        for (const address of landed.accounts.filter((_, index) => landed.writable[index])) {
          const account = before.get(address);
          const nothing = { ...localnet.getAccount(address)!, lamports: 0n, data: Buffer.alloc(0) };
          if (account ?? localnet.getAccount(address)) {
            localnet.setAccount(address, account ?? nothing);
          }
        }
      }
      localnet.warp(EXPIRED, 0);
    },
    finalize() {
      isFinal = true;
    },
  };
}
