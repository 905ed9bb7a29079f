/** 督办单: who must answer until when; the county answers, the province clears. */

import { useState } from "react";

import { lay } from "../api/board";
import { answered, api, type Schemas } from "../api/client";
import * as names from "../api/labels.gen";
import { may, useMe } from "../api/session";
import { once, useDone } from "../forms/act";
import { FormDialog } from "../forms/FormDialog";
import { label, useWords } from "../i18n";
import { Clock } from "../kit/Clock";
import { Button, Tag } from "../kit/pieces";
import { full } from "../lib/format";
import type { Column } from "../tables/DataTable";
import { useAreas } from "../tables/areas";
import { ListView } from "../tables/ListView";
import type { Page, Turn } from "../tables/listing";
import { optionsOf } from "../tables/options";
import { tableWords } from "../tables/words";
import { StageTag, TicketLink, who } from "../tickets/pieces";
import { supervisionWords } from "./words";

type Order = Schemas["SupervisionShown"];
interface Query {
  q?: string;
  area?: string;
  state?: Schemas["OrderState"];
}

async function load(query: Query, turn: Turn): Promise<Page<Order>> {
  const { supervisions, next } = await answered(api.GET("/api/v1/supervisions", { params: { query: { ...query, ...turn } } }));
  return { rows: supervisions, next };
}

type Doing = { order: Order; what: "answer" | "clear" } | null;

export function Orders(): React.JSX.Element {
  const texts = useWords(supervisionWords);
  const table = useWords(tableWords);
  const [doing, setDoing] = useState<Doing>(null);
  const columns = useOrderColumns(setDoing);
  return (
    <>
      <ListView
        name="supervisions"
        label={texts.tabs.orders}
        columns={columns}
        load={load}
        idOf={(order) => order.supervision.no}
        initial={{ state: "open" } as Query}
        filters={[
          { name: "q", label: table.search, kind: "text", most: 60, hint: texts.orderHint },
          { name: "area", label: table.area, kind: "area" },
          { name: "state", label: texts.state, kind: "one", options: optionsOf(names.OrderState) },
        ]}
        exported="supervisions"
      />
      {doing === null ? null : <Say doing={doing} onClose={() => setDoing(null)} />}
    </>
  );
}

function useOrderColumns(act: (doing: Doing) => void): Column<Order>[] {
  const texts = useWords(supervisionWords);
  const table = useWords(tableWords);
  const areas = useAreas();
  return [
    { key: "no", title: texts.no, frozen: "left", render: ({ ticket_id, supervision }) => <TicketLink id={ticket_id} no={supervision.no} /> },
    { key: "area", title: texts.area, render: (order) => areas.name(order.area) },
    { key: "stage", title: texts.stage, render: (order) => <StageTag stage={order.stage} /> },
    { key: "state", title: texts.state, render: (order) => <Tag tone={order.state === "open" ? "warn" : "plain"}>{label(names.OrderState, order.state)}</Tag> },
    { key: "level", title: texts.level, right: true, render: ({ supervision }) => supervision.level, sort: (one, other) => one.supervision.level - other.supervision.level },
    { key: "reason", title: texts.reason, render: ({ supervision }) => supervision.reason },
    { key: "addressee", title: texts.addressee, render: ({ supervision }) => label(names.Addressee, supervision.addressee) },
    { key: "copies", title: texts.copies, spare: true, render: ({ supervision }) => (supervision.copies ?? []).map((copy) => label(names.Addressee, copy)).join("、") || "—" },
    { key: "issued", title: texts.issued, render: ({ supervision }) => <span className="nowrap">{full(supervision.issued_at)}</span> },
    { key: "by", title: texts.issuedBy, spare: true, render: ({ supervision }) => who(supervision.issued_by) },
    { key: "due", title: texts.due, render: (order) => <Due order={order} /> },
    { key: "answered", title: texts.answered, render: ({ supervision }) => <span className="nowrap">{full(supervision.answered_at)}{supervision.late ? <> <Tag tone="bad">✖ {texts.lateAnswer}</Tag></> : null}</span> },
    { key: "answer", title: texts.answer, render: ({ supervision }) => supervision.answer ?? "—" },
    { key: "cleared", title: texts.cleared, spare: true, render: ({ supervision }) => full(supervision.cleared_at) },
    { key: "act", title: table.actions, frozen: "right", render: (order) => <Acts order={order} act={act} /> },
  ];
}

function Due({ order }: { order: Order }): React.JSX.Element {
  const texts = useWords(supervisionWords);
  const { supervision } = order;
  if (order.state !== "open") return <span className="nowrap">{full(supervision.due_at)}</span>;
  return <Clock due={supervision.due_at} begun={supervision.issued_at} label={texts.due} />;
}

function Acts({ order, act }: { order: Order; act: (doing: Doing) => void }): React.JSX.Element {
  const texts = useWords(supervisionWords);
  const me = useMe();
  const name = order.supervision.no;
  return (
    <span className="row">
      {order.state === "open" && may(me, "ticket.supervision-answer") ? <Button aria-label={`${texts.doAnswer} ${name}`} onClick={() => act({ order, what: "answer" })}>{texts.doAnswer}</Button> : null}
      {order.state === "answered" && may(me, "ticket.supervision-clear") ? <Button aria-label={`${texts.doClear} ${name}`} onClick={() => act({ order, what: "clear" })}>{texts.doClear}</Button> : null}
    </span>
  );
}

function Say({ doing, onClose }: { doing: NonNullable<Doing>; onClose: () => void }): React.JSX.Element {
  const texts = useWords(supervisionWords);
  const done = useDone("supervisions");
  const { order, what } = doing;
  const answers = what === "answer";
  const path = { ticket_id: order.ticket_id };
  return (
    <FormDialog
      title={`${answers ? texts.doAnswer : texts.doClear} ${order.supervision.no}`}
      above={<p>{order.supervision.reason}</p>}
      fields={[{ name: "text", label: answers ? texts.answerText : texts.clearText, kind: "text", required: answers, most: 500 }]}
      onClose={onClose}
      onSend={async ({ text }, key) => {
        const body = { no: order.supervision.no, text: String(text ?? "") };
        const params = { path, header: once(key) };
        const sent = answers ? api.POST("/api/v1/tickets/{ticket_id}/supervision-answer", { params, body }) : api.POST("/api/v1/tickets/{ticket_id}/supervision-clear", { params, body });
        lay(await answered(sent));
        done(answers ? texts.answerDone : texts.clearDone);
      }}
    />
  );
}
