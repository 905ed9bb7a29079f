/** 评价与申诉: judgements of tickets that ended in a period, by kind of breach; appeals are decided where they stand. */

import { useState } from "react";

import { answered, api, type Schemas } from "../api/client";
import * as names from "../api/labels.gen";
import { may, useMe } from "../api/session";
import { useDone } from "../forms/act";
import { FormDialog } from "../forms/FormDialog";
import { beginOf, dayAt } from "../forms/times";
import { label, useWords } from "../i18n";
import { Button, Tag } from "../kit/pieces";
import { now } from "../lib/clock";
import { full } from "../lib/format";
import type { Column } from "../tables/DataTable";
import { useAreas } from "../tables/areas";
import { ListView } from "../tables/ListView";
import type { Page, Turn } from "../tables/listing";
import { optionsOf } from "../tables/options";
import { tableWords } from "../tables/words";
import { TicketLink } from "../tickets/pieces";
import { BreachLine, useReview } from "../tickets/ReviewPanel";
import { auditWords } from "./words";

type Review = Schemas["Review"];
interface Query {
  area: string;
  from: string;
  to: string;
  breach?: Schemas["Fault"];
}

async function load(query: Query, turn: Turn): Promise<Page<Review>> {
  const { reviews, next } = await answered(api.GET("/api/v1/reviews", { params: { query: { ...query, ...turn } } }));
  return { rows: reviews, next };
}

export function Judged(): React.JSX.Element {
  const texts = useWords(auditWords);
  const table = useWords(tableWords);
  const me = useMe();
  const areas = useAreas();
  const columns: Column<Review>[] = [
    { key: "ticket", title: texts.ticket, frozen: "left", render: (review) => <TicketLink id={review.ticket_id} no={review.ticket_no} /> },
    { key: "area", title: texts.area, render: (review) => areas.name(review.area) },
    { key: "ended", title: texts.ended, render: (review) => full(review.ended_at) },
    { key: "ending", title: texts.ending, render: (review) => label(names.Ending, review.ending) },
    { key: "score", title: texts.score, right: true, render: (review) => review.score ?? "—", sort: (one, other) => (one.score ?? 0) - (other.score ?? 0) },
    { key: "breaches", title: texts.breaches, render: (review) => <span className="row wrap">{(review.breaches ?? []).map((breach) => <Tag key={`${breach.fault}${breach.version}`} tone={breach.excused ? "plain" : "bad"}>{label(names.Fault, breach.fault)}</Tag>)}</span> },
    { key: "ground", title: texts.ground, render: (review) => review.ground || "—" },
  ];
  return (
    <ListView
      name="reviews"
      label={texts.tabs.judged}
      columns={columns}
      load={load}
      idOf={(review) => review.ticket_id}
      initial={{ area: me.account.area, from: beginOf(dayAt(now(), -6)), to: beginOf(dayAt(now(), 1)) } as Query}
      filters={[
        { name: "area", label: table.area, kind: "area", required: true },
        { name: "from", label: texts.from, kind: "instant" },
        { name: "to", label: texts.to, kind: "instant" },
        { name: "breach", label: texts.breach, kind: "one", options: optionsOf(names.Fault) },
      ]}
      exported="reviews"
      detail={(review) => <Detail review={review} />}
    />
  );
}

function Detail({ review }: { review: Review }): React.JSX.Element {
  const texts = useWords(auditWords);
  const me = useMe();
  const found = useReview(review.ticket_id);
  const [deciding, setDeciding] = useState(false);
  const waiting = found?.appeals.find((appeal) => appeal.decided_at == null);
  return (
    <div className="stack">
      <ul className="stack">
        {(review.breaches ?? []).map((breach) => (
          <BreachLine key={`${breach.fault}${breach.version}`} breach={breach} />
        ))}
      </ul>
      {found?.appeals.map((appeal) => (
        <p key={appeal.no} className="pre">
          {appeal.faults.map((fault) => label(names.Fault, fault)).join("、")}:{appeal.text} {appeal.decision ? `→ ${appeal.decision}` : ""}
        </p>
      ))}
      {waiting !== undefined && may(me, "review.decide") ? <Button onClick={() => setDeciding(true)}>{texts.appealDecide}</Button> : null}
      {deciding && waiting !== undefined ? <DecideAppeal appeal={waiting} onClose={() => setDeciding(false)} /> : null}
    </div>
  );
}

function DecideAppeal({ appeal, onClose }: { appeal: Schemas["Appeal"]; onClose: () => void }): React.JSX.Element {
  const texts = useWords(auditWords);
  const done = useDone("reviews", "ticket");
  return (
    <FormDialog
      title={texts.appealDecide}
      above={<p className="pre">{appeal.text}</p>}
      fields={[
        { name: "granted", label: texts.granted, kind: "many", options: optionsOf(names.Fault, appeal.faults) },
        { name: "text", label: texts.basis, kind: "text", required: true, most: 1000 },
      ]}
      onClose={onClose}
      onSend={async ({ granted, text }) => {
        const body = { granted: (granted ?? []) as Schemas["Fault"][], text: String(text) };
        await answered(api.POST("/api/v1/tickets/{ticket_id}/review/appeal/decide", { params: { path: { ticket_id: appeal.ticket_id } }, body }));
        done(texts.appealDone);
      }}
    />
  );
}
