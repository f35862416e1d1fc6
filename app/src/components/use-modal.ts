/** Opens a `<dialog>` as modal while it is rendered, and gives the focus back. */
import { type RefObject, useEffect } from "react";

/**
 * Opens the dialog while `isOpen`. Afterwards the focus returns to the element that had it, or to the screen's heading when
 * that element is gone.
 */
export function useModal(ref: RefObject<HTMLDialogElement | null>, isOpen: boolean): void {
  useEffect(() => {
    const dialog = ref.current;
    if (!dialog || !isOpen) return;
    const opener = document.activeElement;
    dialog.showModal();
    return () => {
      dialog.close();
      // React has removed the dialog by now, and the browser returns the focus only from one that is there.
      returnFocus(opener);
    };
  }, [ref, isOpen]);
}

function returnFocus(opener: Element | null): void {
  const canTake =
    opener instanceof HTMLElement &&
    opener !== document.body &&
    opener.isConnected &&
    !opener.matches(":disabled");
  const target = canTake ? opener : document.querySelector<HTMLElement>("main h1");
  target?.focus();
}
