/** The judgements on a ticket with how each came about, and the appeals against them. */

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { answered, api, type Schemas, type Ticket } from "../api/client";
import * as names from "../api/labels.gen";
import { may, useMe } from "../api/session";
import { useDone } from "../forms/act";
import { FormDialog } from "../forms/FormDialog";
import { label, useWords } from "../i18n";
import { Button, Panel, Tag } from "../kit/pieces";
import { full, hms } from "../lib/format";
import { who } from "./pieces";
import { ticketWords } from "./words";

type Review = Schemas["Review"];
type Breach = Schemas["Breach"];

/** The judgements on a ticket; one that has not ended has none and is not asked for. */
export function useReview(id: string, ended = true): Schemas["TicketReview"] | undefined {
  return useQuery({
    queryKey: ["ticket", id, "review"],
    queryFn: () => answered(api.GET("/api/v1/tickets/{ticket_id}/review", { params: { path: { ticket_id: id } } })),
    enabled: ended,
    retry: false,
  }).data;
}

export function ReviewPanel({ ticket }: { ticket: Ticket }): React.JSX.Element {
  const texts = useWords(ticketWords);
  const found = useReview(ticket.id, Boolean(ticket.closed_at ?? ticket.cancelled_at));
  const last = found?.judgements.at(-1);
  return (
    <Panel title={texts.review} aside={last === undefined ? null : <AppealButton review={last} />}>
      {last === undefined ? <p className="soft">{texts.noReview}</p> : null}
      {found?.judgements.map((review) => <Judgement key={review.judgement ?? 1} review={review} />)}
      {found === undefined || found.appeals.length === 0 ? null : <Appeals appeals={found.appeals} />}
    </Panel>
  );
}

function Judgement({ review }: { review: Review }): React.JSX.Element {
  const texts = useWords(ticketWords);
  const points = usePoints(review.pack);
  const breaches = review.breaches ?? [];
  const counted = breaches.filter((breach) => breach.excused !== true);
  const parts = counted.map((breach) => ` − ${points[breach.fault] ?? "?"} (${label(names.Fault, breach.fault)})`).join("");
  return (
    <div className="stack">
      {review.score === null || review.score === undefined ? null : (
        <p>
          {texts.score} <strong className="number">{review.score}</strong> {parts === "" ? null : <span className="soft small">{texts.formula(parts, review.score)}</span>}
        </p>
      )}
      {breaches.length === 0 ? <p className="soft">{texts.noBreach}</p> : null}
      <ul className="stack">
        {breaches.map((breach) => (
          <BreachLine key={`${breach.fault}-${breach.version}`} breach={breach} />
        ))}
      </ul>
      <p className="small soft">
        {texts.judgedBy(who(review.judged_by), full(review.judged_at))} · {review.pack} {review.ground}
      </p>
    </div>
  );
}

export function BreachLine({ breach }: { breach: Breach }): React.JSX.Element {
  const texts = useWords(ticketWords);
  return (
    <li className="stack">
      <span className="row wrap">
        <Tag tone={breach.excused ? "plain" : "bad"}>
          {breach.excused ? "" : "✖ "}
          {label(names.Fault, breach.fault)}
        </Tag>
        {breach.excused ? (
          <span className="small">
            {texts.excused} {breach.excuse}
          </span>
        ) : null}
      </span>
      <span className="small">{howCame(breach, texts)}</span>
    </li>
  );
}

type Texts = { late: (actual: string, due: string, minutes: string) => string; neverDone: (due: string) => string; held: (stage: string, minutes: string) => string };

/** How the breach was computed: what happened less what was due. */
function howCame(breach: Breach, texts: Texts): string {
  const parts: string[] = [];
  if (breach.due_at && breach.actual_at) parts.push(texts.late(hms(breach.actual_at), hms(breach.due_at), (breach.late_min ?? 0).toFixed(1)));
  else if (breach.due_at) parts.push(texts.neverDone(hms(breach.due_at)));
  if (breach.held && breach.held_min) parts.push(texts.held(label(names.Stage, breach.held), breach.held_min.toFixed(1)));
  if (breach.detail) parts.push(breach.detail);
  return parts.join(";");
}

/** What each breach takes off, as the pack of the judgement says. */
function usePoints(pack: string): Readonly<Record<string, number>> {
  const { data } = useQuery({ queryKey: ["pack", pack], queryFn: () => answered(api.GET("/api/v1/packs/{key}", { params: { path: { key: pack } } })), staleTime: Infinity });
  const rules = Object.entries(data?.review ?? {});
  return Object.fromEntries(rules.flatMap(([name, rule]) => (typeof rule === "object" && rule !== null && "value" in rule && typeof rule.value === "number" ? [[name, rule.value]] : [])));
}

function Appeals({ appeals }: { appeals: readonly Schemas["Appeal"][] }): React.JSX.Element {
  const texts = useWords(ticketWords);
  return (
    <div className="stack">
      <h3>{texts.appeals}</h3>
      {appeals.map((appeal) => (
        <div key={appeal.no} className="stack small">
          <span className="row wrap">
            {appeal.faults.map((fault) => (
              <Tag key={fault}>{label(names.Fault, fault)}</Tag>
            ))}
            <span className="soft">
              {who(appeal.filed_by)} {full(appeal.filed_at)}
            </span>
            <Tag tone={appeal.decided_at ? (appeal.granted?.length ? "ok" : "plain") : "warn"}>
              {appeal.decided_at ? (appeal.granted?.length ? texts.granted : texts.upheld) : `▲ ${texts.waiting}`}
            </Tag>
          </span>
          <span className="pre">{appeal.text}</span>
          {appeal.decision ? <span className="pre soft">{appeal.decision}</span> : null}
        </div>
      ))}
    </div>
  );
}

function AppealButton({ review }: { review: Review }): React.JSX.Element | null {
  const texts = useWords(ticketWords);
  const me = useMe();
  const done = useDone("ticket", "reviews");
  const [open, setOpen] = useState(false);
  const faults = [...new Set((review.breaches ?? []).filter((breach) => !breach.excused).map((breach) => breach.fault))];
  if (!may(me, "review.appeal") || faults.length === 0) return null;
  return (
    <>
      <Button onClick={() => setOpen(true)}>{texts.appeal}</Button>
      {open ? (
        <FormDialog
          title={`${texts.appeal} ${review.ticket_no}`}
          fields={[
            { name: "faults", label: texts.appealFaults, kind: "many", options: faults.map((fault) => ({ value: fault, text: label(names.Fault, fault) })) },
            { name: "text", label: texts.appealText, kind: "text", required: true, most: 1000 },
          ]}
          initial={{ faults }}
          onClose={() => setOpen(false)}
          onSend={async (values) => {
            const body = { faults: values.faults as Schemas["Fault"][], text: String(values.text ?? "") };
            await answered(api.POST("/api/v1/tickets/{ticket_id}/review/appeal", { params: { path: { ticket_id: review.ticket_id } }, body }));
            done(texts.appealed);
          }}
        />
      ) : null}
    </>
  );
}
