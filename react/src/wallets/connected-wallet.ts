import { PublicKey } from "@solana/web3.js";
import type {
  SolanaSignMessageFeature,
  SolanaSignTransactionFeature,
} from "@solana/wallet-standard-features";
import type { Wallet, WalletAccount } from "@wallet-standard/base";
import type { ChainName } from "../context/provider";
import { ProblemError } from "../problems/problem";
import { problemOfWallet, walletFailure } from "../problems/wallet-problems";
import { supportsChain } from "./wallet-registry";

/** Account of a wallet that is connected to this page. */
export interface ConnectedWallet {
  /** Name of the wallet, such as `Phantom`. */
  readonly name: string;
  /** Icon of the wallet as a data URL. */
  readonly icon: string;
  /** Address of the account in base58. */
  readonly address: string;
  /** Address of the account as web3.js has it. */
  readonly publicKey: PublicKey;
  /** True when the wallet can sign messages, which a login needs. */
  readonly canSignMessages: boolean;
  /** Asks the wallet to sign serialized transactions. Returns the signed bytes. Throws an error that `explainProblem` reads. */
  signTransactions(transactions: readonly Uint8Array[]): Promise<Uint8Array[]>;
  /** Asks the wallet to sign a message. Returns the 64 bytes of the signature. Throws an error that `explainProblem` reads. */
  signMessage(message: Uint8Array): Promise<Uint8Array>;
  /** Returns the addresses that the wallet shares now; its user may have chosen another account. */
  currentAddresses(): string[];
}

type SignTransaction = SolanaSignTransactionFeature["solana:signTransaction"];
type SignMessage = SolanaSignMessageFeature["solana:signMessage"];

/** Wraps an account of a Wallet Standard wallet for this page's chain. */
export function connectedWallet(
  wallet: Wallet,
  account: WalletAccount,
  chain: ChainName,
): ConnectedWallet {
  const features = wallet.features as Readonly<Record<string, unknown>>;
  const call = async <T>(run: () => Promise<T>): Promise<T> => {
    try {
      return await run();
    } catch (error) {
      throw new ProblemError(problemOfWallet(error), error);
    }
  };
  return {
    name: wallet.name,
    icon: wallet.icon,
    address: account.address,
    publicKey: new PublicKey(account.address),
    canSignMessages: "solana:signMessage" in features,
    signTransactions: (transactions) =>
      call(async () => {
        const feature = features["solana:signTransaction"] as SignTransaction | undefined;
        if (!feature) throw walletFailure("transactionUnsupported");
        if (!supportsChain(wallet, chain)) throw walletFailure("chainUnsupported");
        const isListed = wallet.chains.includes(chain);
        const signed = await feature.signTransaction(
          ...transactions.map((transaction) => ({
            account,
            transaction,
            ...(isListed ? { chain } : {}),
          })),
        );
        return signed.map(({ signedTransaction }) => signedTransaction);
      }),
    signMessage: (message) =>
      call(async () => {
        const feature = features["solana:signMessage"] as SignMessage | undefined;
        if (!feature) throw walletFailure("messageUnsupported");
        const [signed] = await feature.signMessage({ account, message });
        if (!signed) throw walletFailure("unsigned");
        return signed.signature;
      }),
    currentAddresses: () => wallet.accounts.map(({ address }) => address),
  };
}
