/** The chain that a localnet starts with: the saved one, or a new one with its first accounts. */
import { randomBytes } from "node:crypto";
import { encodeBase58 } from "../chain/base58";
import { Chain, SIGNATURE_AGE } from "../chain/chain";
import { ChainClock } from "../chain/clock";
import { FAUCET, faucetAccount } from "../chain/faucet";
import { History } from "../chain/history";
import type { Ledger } from "../chain/ledger";
import { programAccounts, type ProgramToDeploy } from "../chain/program";
import { Svm } from "../chain/svm";
import type { Wall } from "../chain/wall";
import type { LocalnetOptions } from "./options";

/** Opens the chain of a ledger, or a new one, and deploys the programs. */
export function openChain(options: LocalnetOptions, ledger: Ledger | null, wall: Wall): Chain {
  const { clock = { mode: "wall" }, programs = [], accounts = [] } = options;
  const saved = ledger?.load() ?? null;
  const genesisHash = saved?.genesisHash ?? encodeBase58(randomBytes(32));
  const history = new History(options.history ?? 20_000, SIGNATURE_AGE);
  if (saved) history.restore(saved.transactions, saved.transactionCount);
  const chainClock = new ChainClock(clock, wall, genesisHash, saved?.clock);
  // The clock is set first: a program is deployed in the current slot.
  const chain = new Chain(Svm.create(), chainClock, history, genesisHash);
  const first = () => [
    { address: FAUCET, account: faucetAccount() },
    ...accounts,
    ...(options.accountsAtGenesis?.((size) => chain.svm.rentExempt(size)) ?? []),
  ];
  for (const { address, account } of saved?.accounts ?? first()) chain.setAccount(address, account);
  for (const program of programs) deploy(chain, program);
  return chain;
}

/** Deploys a program, unless the chain has it with the same bytes and authority. */
function deploy(chain: Chain, program: ProgramToDeploy): void {
  const accounts = programAccounts(program, (size) => chain.svm.rentExempt(size));
  const isThere = accounts.every(({ address, account }) =>
    chain.getAccount(address)?.data.equals(account.data),
  );
  if (isThere) return;
  for (const { address, account } of accounts) chain.setAccount(address, account);
}
