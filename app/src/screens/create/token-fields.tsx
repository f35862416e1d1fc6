/** The token: one that the page's host knows, or any other by its mint. */
import { useState } from "react";
import { Field } from "../../components/field";
import { useConfig } from "../../config/config-context";
import type { PartProps } from "./form-part";
import type { MintResult } from "./use-mint";

const OTHER = "other";

/** Renders the token's fields. */
export function TokenFields({ draft, change, errorOf, mint }: PartProps & { mint: MintResult }) {
  const known = useConfig().mints ?? [];
  const [isOther, setOther] = useState(() => !known.some((each) => each.mint === draft.mint));
  return (
    <>
      {known.length > 0 && (
        <Field label="Token">
          {(control) => (
            <select
              {...control}
              value={isOther ? OTHER : draft.mint}
              onChange={({ target }) => {
                setOther(target.value === OTHER);
                change({ mint: target.value === OTHER ? "" : target.value });
              }}
            >
              {known.map((each) => (
                <option key={each.mint} value={each.mint}>
                  {each.symbol}
                </option>
              ))}
              <option value={OTHER}>Another token, by its mint&apos;s address</option>
            </select>
          )}
        </Field>
      )}
      {isOther && (
        <Field
          label="Mint of the token"
          hint={<MintHint mint={mint} />}
          error={mint.error ?? errorOf("mint")}
        >
          {(control) => (
            <input
              {...control}
              className="mono"
              autoComplete="off"
              spellCheck={false}
              value={draft.mint}
              onChange={(event) => change({ mint: event.target.value })}
            />
          )}
        </Field>
      )}
      {!isOther && mint.error && (
        <p className="field-error" role="alert">
          {mint.error}
        </p>
      )}
    </>
  );
}

function MintHint({ mint: { status, token } }: { mint: MintResult }) {
  if (status === "loading") return <>Reading the token from the chain.</>;
  if (!token) return <>The address of the token itself, not of an account that holds it.</>;
  const digits = `${token.decimals} digit${token.decimals === 1 ? "" : "s"} after the point`;
  return token.isKnown ? (
    <>
      {token.symbol}, {digits}.
    </>
  ) : (
    <>
      It calls itself {token.symbol}, with {digits}. Anybody can give a token any name: compare the
      address with a source that you trust.
    </>
  );
}
