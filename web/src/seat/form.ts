/** What a seat has written down of a call, what is still wrong with it, and what is sent of it. */

import type { components } from "../api/schema.gen";
import { kindOf, type Urgency } from "./kinds.ts";
import { dialled, isNumber, masked } from "./numbers.ts";

type Schemas = components["schemas"];
export type Place = Schemas["PlaceShown"];
export type Known = Schemas["KnownShown"];
export type Plan = "dispatch" | "attach" | "consult";
export type Relation = "same" | "dark" | "other";

export interface County {
  code: string;
  name: string;
}

export interface Form {
  begunMs: number | null; // server's time: since when the call is being taken
  openedMs: number | null; // performance.now(), likewise
  hungMs: number | null;
  callRef: string | null; // of the switchboard
  channel: Schemas["Channel"];
  phone: string;
  query: string; // what stands in the field of the address
  said: string; // what stood there when the place was picked
  place: Place | null;
  account: string | null;
  county: County | null;
  byPhone: boolean; // place and account were found by the number, nobody confirmed them
  declined: boolean; // they were taken away again
  detail: string;
  typed: string; // what is typed to find the kind of fault
  kind: string | null; // digit
  category: Schemas["Category"] | null; // null: that of the kind
  notes: string;
  contact: string;
  urgency: Urgency | null; // null: that of the kind
  protected: Schemas["Protected"] | null;
  relation: Relation;
  plan: Plan;
  told: boolean; // that the visit behind the meter costs money
}

export const EMPTY: Form = {
  begunMs: null, openedMs: null, hungMs: null, callRef: null, channel: "phone", phone: "", query: "", said: "", place: null, account: null, county: null,
  byPhone: false, declined: false, detail: "", typed: "", kind: null, category: null, notes: "", contact: "", urgency: null, protected: null,
  relation: "same", plan: "dispatch", told: false,
};

/** The signs that a field may hold, as the server counts them. */
export const MOST = { notes: 500, address: 300, said: 60 } as const;
const WRITTEN = ["phone", "query", "detail", "typed", "notes", "contact"] as const;

export function isEmpty(form: Form): boolean {
  return WRITTEN.every((name) => form[name] === "") && form.kind === null && form.place === null && form.county === null && form.urgency === null;
}

export function lengthOf(text: string): number {
  return [...text.trim()].length;
}

export function urgencyOf(form: Form, known: Known | undefined): Urgency {
  const said = form.urgency ?? kindOf(form.kind)?.urgency ?? "normal";
  return said === "normal" && known?.urgent ? "urgent" : said;
}

/** Ways to end the call that are open now. A danger and a customer whose supply is protected get a ticket of their own. */
export function plansOf(form: Form, known: Known | undefined): readonly Plan[] {
  const apart = urgencyOf(form, known) === "hazard" || form.protected === "life_support" || form.protected === "important";
  if (apart) return ["dispatch"];
  const attach: Plan[] = known?.ticket_id && known.outage_id ? ["attach"] : [];
  const consult: Plan[] = known?.matched || kindOf(form.kind)?.inner ? ["consult"] : [];
  return ["dispatch", ...attach, ...consult];
}

export function planOf(form: Form, known: Known | undefined): Plan {
  return plansOf(form, known).includes(form.plan) ? form.plan : "dispatch";
}

/** Nobody need come, as far as is known, and somebody is to be sent all the same: the seat must want it. */
export function needsDecision(form: Form, known: Known | undefined): boolean {
  return Boolean(known?.matched) && planOf(form, known) === "dispatch" && plansOf(form, known).includes("consult");
}

/** What a place adds to an address: its path, and its name where the path is only the street that it stands in. */
function written(place: Place): string {
  const { name, path } = place;
  return path !== "" && (isCustomers(place) || path.includes(name)) ? path : `${path}${name}`;
}

/** The place that was picked, and whatever was written beside it: nothing typed is lost. */
export function addressOf(form: Form): string {
  const known = form.place === null ? "" : written(form.place);
  return `${known}${form.query.trim()}${form.detail.trim()}`;
}

export type FieldName = "phone" | "place" | "detail" | "kind" | "notes" | "contact" | "told";
export type FaultCode = "phone" | "place" | "kind" | "long" | "told";

export interface Fault {
  field: FieldName;
  code: FaultCode;
  over: number; // signs too many
}

function overlong(form: Form): Fault[] {
  const notes = lengthOf(textOf(form)) - MOST.notes;
  const address = lengthOf(addressOf(form)) - MOST.address;
  const faults: Fault[] = [];
  if (notes > 0) faults.push({ field: "notes", code: "long", over: notes });
  if (address > 0) faults.push({ field: form.place === null ? "place" : "detail", code: "long", over: address });
  return faults;
}

/** What must be put right before the call can be sent, in the order of the fields. One who only asked needs less. */
export function faultsOf(form: Form, plan: Plan): Fault[] {
  const faults: Fault[] = [];
  if (!isNumber(form.phone)) faults.push({ field: "phone", code: "phone", over: 0 });
  if (form.contact.trim() !== "" && !isNumber(form.contact)) faults.push({ field: "contact", code: "phone", over: 0 });
  if (plan !== "consult") {
    const placed = form.place !== null || form.query.trim() !== "";
    if (!placed) faults.push({ field: "place", code: "place", over: 0 });
    const kind = kindOf(form.kind);
    if (kind === undefined) faults.push({ field: "kind", code: "kind", over: 0 });
    if (kind?.inner && !form.told) faults.push({ field: "told", code: "told", over: 0 });
  }
  return [...faults, ...overlong(form)];
}

/** The notes as they are sent; who calls from another telephone than the crew is to ring is named, masked. */
export function textOf(form: Form): string {
  const notes = form.notes.trim();
  const other = isNumber(form.contact) && dialled(form.contact) !== dialled(form.phone);
  const caller = other ? `来电人号码 ${masked(form.phone)},登记的是现场联系电话` : "";
  const paid = kindOf(form.kind)?.inner && form.told ? "已告知有偿服务收费标准" : "";
  return [notes, paid, caller].filter((part) => part !== "").join(";");
}

/** Only 汉字 teach what a place is called; initials are the seat's own shorthand. */
function saidOf(form: Form): string | null {
  const said = form.said.trim();
  const teaches = form.place !== null && /\p{Script=Han}/u.test(said) && said !== form.place.name;
  return teaches ? [...said].slice(0, MOST.said).join("") : null;
}

/** A customer's number stands for his account, not for a place. */
export function isCustomers(place: Place): boolean {
  return place.level === "account" || place.level === "meter";
}

/** Where it is: a customer's account, a place by its code, or words and the county. */
function whereOf(form: Form): Partial<Schemas["CallBody"]> {
  const { place } = form;
  return {
    account_no: form.account,
    place_code: place === null || isCustomers(place) ? null : place.code,
    place_said: saidOf(form),
    county: place?.county ? null : (form.county?.code ?? null),
    address: addressOf(form),
  };
}

/** How grave it is; of one who only asked it need not be known. */
function gravityOf(form: Form, known: Known | undefined, draft: boolean): Partial<Schemas["CallBody"]> {
  if (draft && form.kind === null) return { level: null, hazard: null };
  const urgency = urgencyOf(form, known);
  return { level: urgency === "normal" ? "normal" : "urgent", hazard: urgency === "hazard" };
}

export function bodyOf(form: Form, known: Known | undefined, callAt: string | null): Schemas["CallBody"] {
  const kind = kindOf(form.kind);
  const draft = planOf(form, known) === "consult";
  return {
    channel: form.channel,
    phone: dialled(form.contact.trim() === "" ? form.phone : form.contact),
    call_at: callAt,
    draft,
    ...whereOf(form),
    symptom: kind?.symptom ?? null,
    symptom_text: textOf(form),
    category: form.category ?? kind?.category ?? null,
    ...gravityOf(form, known, draft),
    protected: form.protected ?? asProtected(known?.protected),
    another_matter: form.relation === "other",
    still_dark: form.relation === "dark",
  };
}

const PROTECTED = new Set<string>(["life_support", "important", "sensitive"]);

function asProtected(said: string | null | undefined): Schemas["Protected"] | null {
  return said && PROTECTED.has(said) ? (said as Schemas["Protected"]) : null;
}

/** What is done with the call once it is kept. */
export type Next =
  | { kind: "attach"; outage: string; answer: string }
  | { kind: "consult"; matched: Schemas["Matched"]; answer: string };

export function nextOf(form: Form, known: Known | undefined, selfCheck: string): Next | null {
  const plan = planOf(form, known);
  if (plan === "attach" && known?.outage_id) return { kind: "attach", outage: known.outage_id, answer: known.sentence };
  if (plan !== "consult") return null;
  const matched = known?.matched ?? "customer_side";
  const answer = known?.matched ? known.sentence : selfCheck;
  return { kind: "consult", matched, answer: [...answer].slice(0, MOST.notes).join("") };
}
