/** Token accounts and mints. */
import type { Chain } from "../../chain/chain";
import {
  isTokenProgram,
  mintState,
  type TokenAccountState,
  tokenAccountState,
  uiTokenAmount,
} from "../../chain/token-state";
import { encodeAccount } from "../encoding";
import { invalidParams } from "../errors";
import { inContext, type Methods } from "../method";
import { asAddress, asObject, type Params } from "../params";

const LARGEST = 20;

export const tokenMethods = {
  getTokenAccountBalance({ chain }, params) {
    const account = chain.getAccount(params.address(0));
    if (!account) throw invalidParams("Invalid param: could not find account");
    const token = tokenAccountState(account);
    if (!token) throw invalidParams("Invalid param: not a Token account");
    const { decimals } = mintOf(chain, token.mint);
    return inContext(chain, uiTokenAmount(token.amount, decimals));
  },

  getTokenSupply({ chain }, params) {
    const { supply, decimals } = mintOf(chain, params.address(0), "account");
    return inContext(chain, uiTokenAmount(supply, decimals));
  },

  getTokenAccountsByOwner({ chain }, params) {
    return tokenAccountsWhere(chain, params, ({ owner }, wanted) => owner === wanted);
  },

  getTokenAccountsByDelegate({ chain }, params) {
    return tokenAccountsWhere(chain, params, ({ delegate }, wanted) => delegate === wanted);
  },

  getTokenLargestAccounts({ chain }, params) {
    const mint = params.address(0);
    const { decimals } = mintOf(chain, mint);
    const holders = chain.accounts
      .ofProgram(chain.getAccount(mint)?.owner as string)
      .map(({ address, account }) => ({ address, token: tokenAccountState(account) }))
      .flatMap(({ address, token }) =>
        token?.mint === mint ? [{ address, amount: token.amount }] : [],
      )
      .sort((a, b) => (a.amount < b.amount ? 1 : a.amount > b.amount ? -1 : 0))
      .slice(0, LARGEST)
      .map(({ address, amount }) => ({ address, ...uiTokenAmount(amount, decimals) }));
    return inContext(chain, holders);
  },
} satisfies Methods;

function mintOf(chain: Chain, address: string, name = "mint") {
  const account = chain.getAccount(address);
  if (!account) throw invalidParams(`Invalid param: could not find ${name}`);
  const mint = mintState(account);
  if (!mint) throw invalidParams("Invalid param: not a Token mint");
  return mint;
}

function tokenAccountsWhere(
  chain: Chain,
  params: Params,
  isWanted: (token: TokenAccountState, wanted: string) => boolean,
) {
  const wanted = params.address(0);
  const { mint, programId } = tokenFilter(chain, params.any(1));
  const config = params.config(2);
  const found = chain.accounts.ofProgram(programId).filter(({ account }) => {
    const token = tokenAccountState(account);
    return token !== null && isWanted(token, wanted) && (mint === null || token.mint === mint);
  });
  return inContext(
    chain,
    found.map(({ address, account }) => ({
      pubkey: address,
      account: encodeAccount(chain, account, config),
    })),
  );
}

function tokenFilter(chain: Chain, value: unknown): { mint: string | null; programId: string } {
  const filter = asObject(value);
  if (filter.mint !== undefined) {
    const mint = asAddress(filter.mint);
    mintOf(chain, mint);
    return { mint, programId: chain.getAccount(mint)?.owner as string };
  }
  const programId = asAddress(filter.programId);
  if (!isTokenProgram(programId)) {
    throw invalidParams("Invalid param: unrecognized Token program id");
  }
  return { mint: null, programId };
}
