import type { PublicKey } from "@solana/web3.js";
import { CpiGuardError } from "../errors/accounts";
import { refuse } from "../errors/program";
import type { TokenAccountState } from "./account";

/**
 * Refuses a token account on which the program can't approve its `UserPayment`.
 * Throws `MilestoneProgramError` (`InvalidTokenAccount`, `TokenAccountFrozen`, `DelegateInUse`), `CpiGuardError`.
 */
export function refuseUnapprovable(
  account: TokenAccountState,
  expected: { owner: PublicKey; mint: PublicKey; userPayment: PublicKey },
  replaceDelegate: boolean,
): void {
  const address = `Account: ${account.address.toBase58()}`;
  for (const field of ["owner", "mint"] as const) {
    if (account[field].equals(expected[field])) continue;
    throw refuse(
      "InvalidTokenAccount",
      address,
      `Expected ${field}: ${expected[field].toBase58()}`,
      `Got: ${account[field].toBase58()}`,
    );
  }
  if (account.isFrozen) throw refuse("TokenAccountFrozen", address);
  if (account.isCpiGuarded) throw new CpiGuardError(account.address);
  const { delegate } = account;
  if (delegate && !delegate.equals(expected.userPayment) && !replaceDelegate) {
    throw refuse("DelegateInUse", address, `Delegate: ${delegate.toBase58()}`);
  }
}
