/** What the checkout reads of the chain itself: who receives the fees, and the chain's time. */
import { useMilepost } from "@milepost/react";
import {
  getChainTime,
  getPaymentGateway,
  getProgramConfig,
  type MilestoneContext,
  PROGRAM_ID,
} from "@milepost/sdk";
import { type Connection, PublicKey } from "@solana/web3.js";
import { useEffect, useState } from "react";

/** Addresses in base58. */
export interface ChainFacts {
  /** Wallet that receives the gateway's fee. */
  gatewayFees: string;
  /** Wallet that receives the program's fee. */
  protocolFees: string;
  /** Chain time of the read, Unix seconds. */
  now: number;
}

/** Reads them once; null until then, and where the page's settings name no gateway account. */
export function useChainFacts(gatewayAccount: string | null): ChainFacts | null {
  const { connection } = useMilepost();
  const [facts, setFacts] = useState<ChainFacts | null>(null);
  useEffect(() => {
    if (gatewayAccount === null) return;
    let isCurrent = true;
    readFacts(connection, new PublicKey(gatewayAccount)).then(
      (found) => {
        if (isCurrent) setFacts(found);
      },
      // The page shows the shares without the addresses then.
      () => undefined,
    );
    return () => {
      isCurrent = false;
    };
  }, [connection, gatewayAccount]);
  return facts;
}

async function readFacts(connection: Connection, address: PublicKey): Promise<ChainFacts> {
  const context: MilestoneContext = {
    ...{ connection, programId: PROGRAM_ID, commitment: "confirmed" },
    wallet: { publicKey: address },
  };
  const [gateway, config, time] = await Promise.all([
    getPaymentGateway(context, address),
    getProgramConfig(context),
    getChainTime(context),
  ]);
  return {
    gatewayFees: gateway.feeRecipient.toBase58(),
    protocolFees: config.feeRecipient.toBase58(),
    now: time.toNumber(),
  };
}
