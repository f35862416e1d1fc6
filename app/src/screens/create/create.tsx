/** Create a payment: the form, then a review of everything before the wallet is asked. */
import { useWallets } from "@milepost/react";
import { Suspense, useEffect, useMemo, useRef, useState } from "react";
import { lazyPart } from "../../components/lazy-part";
import { PageTitle } from "../../components/page-title";
import { Loading } from "../../components/spinner";
import { browserStorage } from "../../config/browser-storage";
import { useConfig } from "../../config/config-context";
import { checkDraft } from "./check-draft";
import { CreateForm } from "./create-form";
import type { CreateValues } from "./create-values";
import { type Draft, emptyDraft, loadDraft, saveDraft } from "./draft";
import { useMint } from "./use-mint";
import "./create.css";

/** What sends is loaded with the review: the form alone opens faster. */
const ReviewStep = lazyPart(() => import("./review-step"));

/** Renders the screen. What was typed survives a reload in this tab. */
export default function Create() {
  const { draft, setDraft } = useDraft();
  const { connected } = useWallets();
  const mint = useMint(draft.mint);
  const [review, setReview] = useState<CreateValues | null>(null);
  const owner = connected?.address ?? null;
  const checked = useMemo(
    () =>
      checkDraft(draft, {
        decimals: mint.token?.decimals ?? null,
        owner,
      }),
    [draft, mint.token, owner],
  );
  const isReview = review !== null && mint.token !== null;
  useFocusOnChange(isReview);
  return (
    <>
      <PageTitle
        title="Create a payment"
        lead={
          isReview
            ? "Look at everything once more. Nothing has been signed yet."
            : "One to four milestones, paid to one wallet. Nothing is sent before you have reviewed it."
        }
      />
      {isReview ? (
        <Suspense fallback={<Loading what="the review" />}>
          <ReviewStep
            values={review}
            draft={draft}
            token={mint.token}
            onBack={() => setReview(null)}
          />
        </Suspense>
      ) : (
        <CreateForm
          draft={draft}
          onChange={setDraft}
          checked={checked}
          mint={mint}
          onReview={setReview}
        />
      )}
    </>
  );
}

/** Moves the focus to the heading when form and review change places, because the button that had it is gone. */
function useFocusOnChange(isReview: boolean) {
  const before = useRef(isReview);
  useEffect(() => {
    if (before.current === isReview) return;
    before.current = isReview;
    document.querySelector<HTMLElement>("main h1")?.focus();
  }, [isReview]);
}

function useDraft() {
  const { mints, gateway } = useConfig();
  const [draft, setDraft] = useState<Draft>(() => {
    const defaults = { mint: mints?.[0]?.mint ?? "", gateway: gateway ?? "" };
    return loadDraft(browserStorage("sessionStorage"), emptyDraft(defaults));
  });
  useEffect(() => saveDraft(browserStorage("sessionStorage"), draft), [draft]);
  return { draft, setDraft };
}
