/** What the seat reads out: while a call is taken, and once it is kept. */

import type { Same } from "../i18n";
import { useWords } from "../i18n";
import { hm } from "../lib/format";
import { useStore } from "../lib/store";
import { urgencyOf, type Form, type Known } from "./form";
import { kindOf } from "./kinds";
import { orders, type Taken } from "./sending";
import { seatWords } from "./words";

type Texts = Same<(typeof seatWords)["zh"]>;

/** The end of the last call; null before the first one. Until it is kept nobody is told a number, least of all another's. */
export function useLastSaid(): string | null {
  const texts = useWords(seatWords);
  const all = useStore(orders);
  const last = all.findLast((order) => order.state !== "refused");
  if (all.some((order) => order.state === "sending" && !order.slow)) return texts.keeping;
  if (last === undefined) return null;
  return last.answer === null ? texts.notedDown : end(last.answer, last.sent.next?.answer ?? null, texts);
}

function end({ taken, ticket, joined }: Taken, answer: string | null, texts: Texts): string {
  const tail = ticket.ticket_no.slice(-4);
  if (joined && answer !== null) return answer;
  if (taken.outcome === "chase") return texts.chased(tail);
  if (ticket.flags?.place_unresolved === true) return texts.unplaced(tail);
  return taken.arrive_by === null ? texts.kept(tail) : texts.promise(tail, hm(taken.arrive_by));
}

/** What is said while the call is taken: of a danger first how to keep away from it. */
export function sentence(form: Form, known: Known | undefined, texts: Texts): string {
  const usual = ((): string => {
    if (kindOf(form.kind)?.inner && !known?.matched) return texts.selfCheckSaid;
    const nowhere = form.place === null && form.query === "" && form.county === null;
    if (known === undefined || (nowhere && known.verdict === "unknown")) return texts.sayDefault;
    return known.sentence;
  })();
  return `${advice(form, known, texts)}${usual}`;
}

function advice(form: Form, known: Known | undefined, texts: Texts): string {
  if (urgencyOf(form, known) !== "hazard") return "";
  const symptom = kindOf(form.kind)?.symptom;
  return symptom === "line_down" ? texts.keepAway.line : symptom === "equipment_fire" ? texts.keepAway.fire : texts.keepAway.other;
}

/** The form holds only what the switchboard gave: the seat is still saying goodbye to the caller before. */
export function isUntouched(form: Form): boolean {
  return form.callRef !== null && form.kind === null && form.query === "" && form.notes === "" && form.detail === "" && (form.place === null || form.byPhone);
}
