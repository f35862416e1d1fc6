/** Tokens of the wallet that wants to pay. */
import { useMilepost } from "@milepost/react";
import { associatedTokenAddress, parseTokenAccount } from "@milepost/sdk";
import { PublicKey } from "@solana/web3.js";
import { useCallback, useEffect, useState } from "react";

/** Balance in base units; null while it is not known. */
export interface Balance {
  units: bigint | null;
  refresh(): void;
}

/** Programs of tokens; an account of the other one does not exist. */
const TOKEN_PROGRAMS = [
  "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA",
  "TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb",
] as const;

/** Reads the balance of the wallet's own token account, from which the payment is taken. */
export function useBalance(mint: string, wallet: string | null): Balance {
  const { connection } = useMilepost();
  const [count, setCount] = useState(0);
  const key = `${mint} ${wallet}`;
  const [read, setRead] = useState<{ key: string; units: bigint } | null>(null);
  useEffect(() => {
    if (wallet === null) return;
    let isCurrent = true;
    const [token, owner] = [new PublicKey(mint), new PublicKey(wallet)];
    const accounts = TOKEN_PROGRAMS.map((program) =>
      associatedTokenAddress(token, owner, new PublicKey(program)),
    );
    connection.getMultipleAccountsInfo(accounts).then(
      (found) => {
        const units = found
          .map((info, index) => parseTokenAccount(accounts[index]!, info)?.amount ?? 0n)
          .reduce((sum, amount) => sum + amount, 0n);
        if (isCurrent) setRead({ key, units });
      },
      // The simulation before the signature says it as well.
      () => undefined,
    );
    return () => {
      isCurrent = false;
    };
  }, [connection, mint, wallet, key, count]);
  const refresh = useCallback(() => setCount((before) => before + 1), []);
  return { units: read?.key === key ? read.units : null, refresh };
}
