/** The form of this seat and what is done with it. It lives outside the page: another screen and back, and it is still there. */

import { Store } from "../lib/store";
import { now } from "../lib/clock";
import { askAgain, hungUp, ring, take, type Ring } from "./calling";
import { EMPTY, isCustomers, isEmpty, type County, type FieldName, type Form, type Place } from "./form";
import { kindOf } from "./kinds";
import { restOf, withRest } from "./rest";

export const form = new Store<Form>(EMPTY);
/** What Escape took away, for ten seconds. */
export const cleared = new Store<Form | null>(null);

const UNDO_MS = 10_000;
let forgetting: ReturnType<typeof setTimeout> | undefined;

/** Writes into the form; the first sign begins the call. */
export function edit(change: Partial<Form>): void {
  const held = form.get();
  form.set({ ...held, begunMs: held.begunMs ?? now(), openedMs: held.openedMs ?? performance.now(), ...change });
}

let cameFrom: Element | null = null;

/** Moves the cursor to the newest open question, from which `back` leads to where it was. */
export function turnToAnswers(): void {
  const was = document.activeElement;
  focus("answers");
  if (was?.closest("[data-seat]") && was.getAttribute("data-seat") !== "answers") cameFrom = was;
}

/** Moves the cursor back to where it was before the question was answered. */
export function back(): void {
  if (cameFrom instanceof HTMLElement && cameFrom.isConnected) cameFrom.focus();
  else focus("phone");
  cameFrom = null;
}

/** Moves the cursor to a field of the seat at once: the next key may come before the next picture. What is not drawn yet is waited for. */
export function focus(field: FieldName | "answers"): void {
  const found = (): HTMLElement | null => document.querySelector(`[data-seat="${field}"]`);
  found()?.focus();
  if (document.activeElement !== found()) requestAnimationFrame(() => found()?.focus());
}

/** Empties the form; what stood there can be taken back for ten seconds. */
export function clear(): void {
  const held = form.get();
  if (!isEmpty(held)) {
    cleared.set(held);
    clearTimeout(forgetting);
    forgetting = setTimeout(() => cleared.set(null), UNDO_MS);
  }
  renew();
}

export function undo(): void {
  const held = cleared.get();
  if (held === null || !isEmpty(form.get())) return; // what is being written now is not thrown away for it
  cleared.set(null);
  form.set(held);
  focus("phone");
}

/** A new form: for the call that rings, if one does. */
export function renew(): void {
  form.set(EMPTY);
  const waiting = ring.get();
  if (waiting !== null) answer(waiting);
  else focus("phone");
}

/** Takes a call over into the form. */
function answer(call: Ring): void {
  take(call);
  form.set({ ...EMPTY, begunMs: call.atMs, openedMs: performance.now(), callRef: call.ref, phone: call.phone });
  focus(call.phone === "" ? "phone" : call.known ? "kind" : "place");
}

ring.watch(() => {
  const waiting = ring.get();
  if (waiting !== null && isEmpty(form.get())) answer(waiting);
});
askAgain();

hungUp.watch(() => {
  const over = hungUp.get();
  if (over !== null && over.ref === form.get().callRef) form.set({ ...form.get(), hungMs: over.atMs });
});

/** Takes a place of the list; a customer's number says who he is as well. */
export function pick(place: Place): void {
  const held = form.get();
  const detail = withRest(held.detail, restOf(held.query, place));
  edit({ place, account: isCustomers(place) ? place.code : null, said: held.query, query: "", byPhone: false, detail });
}

/** Takes what the number is known by, unless the seat has written down another place meanwhile. */
export function propose(phone: string, account: string, place: Place | null): void {
  const held = form.get();
  if (held.phone !== phone || held.declined || held.place !== null || held.query !== "" || held.account !== null) return;
  edit({ account, place, byPhone: true });
}

export function unpick(): void {
  edit({ place: null, account: null, said: "", byPhone: false, declined: true });
}

/** Writes the number; what another one was known by goes with it. */
export function number(phone: string): void {
  const { byPhone } = form.get();
  edit({ phone, declined: false, ...(byPhone ? { place: null, account: null, byPhone: false } : {}) });
}

export function within(county: County | null): void {
  edit({ county, query: "" });
}

/** Chooses the kind of fault and goes on to the notes; its category, and an urgency of its own, replace what was chosen. */
export function choose(digit: string): void {
  const kind = kindOf(digit);
  if (kind === undefined) return;
  const urgency = kind.urgency === "normal" ? form.get().urgency : null; // what the seat said before is not taken back
  edit({ kind: digit, typed: "", category: null, urgency, told: false });
  focus("notes");
}
