/** Accounts, by address and by the program that owns them. */
import { encodeAccount } from "../encoding";
import { inContext, type Methods } from "../method";
import { asFilters, asFlag, isMatch } from "../params";

const MAX_ACCOUNTS = 100;

export const accountMethods = {
  getAccountInfo({ chain }, params) {
    const account = chain.getAccount(params.address(0));
    return inContext(chain, encodeAccount(chain, account, params.config(1)));
  },

  getMultipleAccounts({ chain }, params) {
    const config = { encoding: "base64", ...params.config(1) };
    const found = params
      .addresses(0, MAX_ACCOUNTS)
      .map((address) => encodeAccount(chain, chain.getAccount(address), config));
    return inContext(chain, found);
  },

  getProgramAccounts({ chain }, params) {
    const config = params.config(1);
    const filters = asFilters(config.filters);
    const found = chain.accounts
      .ofProgram(params.address(0))
      .filter(({ account }) => isMatch(account.data, filters))
      .map(({ address, account }) => ({
        pubkey: address,
        account: encodeAccount(chain, account, config),
      }));
    return asFlag(config.withContext) ? inContext(chain, found) : found;
  },

  getBalance({ chain }, params) {
    return inContext(chain, chain.getAccount(params.address(0))?.lamports ?? 0n);
  },

  getMinimumBalanceForRentExemption({ chain }, params) {
    return chain.svm.rentExempt(params.integer(0));
  },
} satisfies Methods;
