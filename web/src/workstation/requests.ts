/** What goes to the server for each action: the command of the route and its body, typed by the server's own shapes. Pure. */

import type { Schemas, Ticket } from "../api/client";
import type { ActionName } from "./actions.ts";
import type { Values } from "./forms.ts";
import { instant } from "./instants.ts";

interface Bodies {
  accept: Schemas["AcceptBody"];
  dispatch: Schemas["DispatchBody"];
  chase: Schemas["ChaseBody"];
  merge: Schemas["MergeBody"];
  unmerge: Schemas["UnmergeBody"];
  return: Schemas["ReturnBody"];
  reply: Schemas["ReplyBody"];
  "queue-callback": Schemas["QueueCallbackBody"];
  "power-back": Schemas["PowerBackBody"];
  suspend: Schemas["SuspendBody"];
  resume: Schemas["ResumeBody"];
  excuse: Schemas["ExcuseBody"];
  note: Schemas["NoteBody"];
  "supervision-answer": Schemas["SupervisionAnswerBody"];
  cancel: { reason: string; meter: Schemas["MeterCheck"]; version: number };
}

export type Command = { [C in keyof Bodies]: { to: "ticket"; command: C; body: Bodies[C] } }[keyof Bodies];
export type Call = Command | { to: "phone"; body: Schemas["PhoneBody"] } | { to: "children" };

const PHONE_WORDS: Readonly<Record<string, string>> = { accept: "接单", depart: "出发", arrive: "到场", done: "完工" };
type Make = (ticket: Ticket, values: Values, nowMs: number) => Call;

function ticketCommand<C extends keyof Bodies>(command: C, body: (ticket: Ticket, values: Values, nowMs: number) => Omit<Bodies[C], "version">): Make {
  return (ticket, values, nowMs) => ({ to: "ticket", command, body: { ...body(ticket, values, nowMs), version: ticket.version } }) as unknown as Call;
}

function phone(step: (values: Values) => string): Make {
  return (ticket, values, nowMs) => {
    const word = PHONE_WORDS[step(values)] ?? "";
    const body = { which: ticket.ticket_no, what: `${word} ${values.text ?? ""}`.trim(), at: instant(values.at ?? "", nowMs) };
    return { to: "phone", body };
  };
}

/** The field as one of the server's words; the form offers no others. */
const word = <T extends string>(values: Values, name: string): T => values[name] as T;

function sending(values: Values): Omit<Schemas["DispatchBody"], "version"> {
  const { crew_id: crew, transfer_reason: reason, approver, approval } = values;
  return {
    ...(crew ? { crew_id: crew } : {}),
    ...(reason ? { transfer_reason: reason } : {}),
    ...(approver && approval ? { override: { name: approver, reason: approval } } : {}),
  };
}

const REQUESTS: Readonly<Record<ActionName, Make>> = {
  accept: ticketCommand("accept", () => ({})),
  dispatch: ticketCommand("dispatch", (_, values) => sending(values)),
  reassign: ticketCommand("dispatch", (_, values) => sending(values)),
  chase: ticketCommand("chase", (_, values) => ({ text: values.text ?? "" })),
  merge: ticketCommand("merge", (_, values) => ({ into: values.into ?? "", evidence: values.evidence ?? "" })),
  unmerge: ticketCommand("unmerge", (_, values) => ({ reason: values.reason ?? "" })),
  return: ticketCommand("return", (_, values) => ({
    reason: word(values, "reason"),
    text: values.text ?? "",
    right_area: values.reason === "WRONG_DISTRICT" ? (values.right_area ?? "") : null,
  })),
  phoneArrive: phone(() => "arrive"),
  phoneDone: phone(() => "done"),
  phone: phone((values) => values.step ?? ""),
  reply: ticketCommand("reply", (_, values) => ({
    handling: values.handling ?? "",
    category: word(values, "category"),
    cause_l1: word(values, "cause_l1"),
    ownership: word(values, "ownership"),
  })),
  replyChildren: () => ({ to: "children" }),
  queueCallback: ticketCommand("queue-callback", () => ({})),
  powerBack: ticketCommand("power-back", (_, values) => ({ live: values.live === "yes", how: word<Schemas["Asking"]>(values, "how") })),
  suspend: ticketCommand("suspend", (_, values, nowMs) => ({
    reason: word(values, "reason"),
    text: values.text ?? "",
    until_at: instant(values.until_at ?? "", nowMs),
  })),
  resume: ticketCommand("resume", (_, values) => ({ text: values.text ?? "" })),
  excuse: ticketCommand("excuse", (_, values, nowMs) => ({
    reason: word(values, "reason"),
    explanation: values.explanation ?? "",
    told_at: instant(values.told_at ?? "", nowMs),
    eta_at: values.eta_at ? instant(values.eta_at, nowMs) : null,
  })),
  note: ticketCommand("note", (_, values) => ({ note: word(values, "note"), text: values.text ?? "" })),
  answer: ticketCommand("supervision-answer", (ticket, values) => ({
    no: ticket.supervisions?.find((order) => !order.answered_at && !order.cleared_at)?.no ?? "",
    text: values.text ?? "",
  })),
  cancel: ticketCommand("cancel", (_, values) => ({ reason: values.reason ?? "", meter: word(values, "meter") })),
};

export function callOf(name: ActionName, ticket: Ticket, values: Values, nowMs: number): Call {
  return REQUESTS[name](ticket, values, nowMs);
}
