/** 外呼消息: what went out or could not; what was given up is sent again by a click. */

import { answered, api, type Schemas } from "../api/client";
import * as names from "../api/labels.gen";
import { may, useMe } from "../api/session";
import { useAct } from "../forms/act";
import { label, useWords } from "../i18n";
import { Button, Tag } from "../kit/pieces";
import { full, hm } from "../lib/format";
import type { Column } from "../tables/DataTable";
import { useAreas } from "../tables/areas";
import { ListView } from "../tables/ListView";
import type { Page, Turn } from "../tables/listing";
import { optionsOf } from "../tables/options";
import { tableWords } from "../tables/words";
import { TicketLink } from "../tickets/pieces";
import { adminWords } from "./words";

type Message = Schemas["MessageShown"];
interface Query {
  area?: string;
  state?: Message["state"];
  no?: string;
}

const LEAST = 4; // signs of a ticket's number

async function load(query: Query, turn: Turn): Promise<Page<Message>> {
  const { messages, next } = await answered(api.GET("/api/v1/messages", { params: { query: { ...query, ...turn } } }));
  return { rows: messages, next };
}

export function Messages(): React.JSX.Element {
  const texts = useWords(adminWords);
  const table = useWords(tableWords);
  const me = useMe();
  const areas = useAreas();
  const { busy, run } = useAct("messages");
  const again = (id: string): void => {
    void run(() => answered(api.POST("/api/v1/messages/{message_id}/requeue", { params: { path: { message_id: id } } })), texts.requeued);
  };
  const columns: Column<Message>[] = [
    { key: "occasion", title: texts.occasion, frozen: "left", render: (message) => label(names.Occasion, message.occasion) },
    { key: "state", title: texts.state, render: (message) => <Tag tone={message.state === "dead" ? "bad" : message.state === "delivered" ? "ok" : "plain"}>{label(names.Standing, message.state)}</Tag> },
    { key: "medium", title: texts.medium, render: (message) => label(names.Medium, message.channel) },
    { key: "to", title: texts.to, render: (message) => message.to_phone },
    { key: "area", title: texts.area, render: (message) => areas.name(message.area) },
    { key: "ticket", title: texts.ticket, render: (message) => (message.ticket_id ? <TicketLink id={message.ticket_id} no={message.ticket_no ?? "—"} /> : "—") },
    { key: "attempts", title: texts.attempts, right: true, render: (message) => message.attempts },
    { key: "created", title: texts.createdAt, render: (message) => <span className="nowrap">{full(message.created_at)}</span> },
    { key: "next", title: texts.next, render: (message) => hm(message.next_at) },
    { key: "sent", title: texts.sentAt, render: (message) => hm(message.sent_at) },
    { key: "delivered", title: texts.delivered, render: (message) => hm(message.delivered_at) },
    { key: "expires", title: texts.expires, spare: true, render: (message) => full(message.expires_at) },
    { key: "urgent", title: texts.urgent, spare: true, render: (message) => (message.urgent ? table.yes : table.no) },
    { key: "error", title: texts.error, render: (message) => message.last_error ?? "—" },
    { key: "act", title: table.actions, frozen: "right", render: (message) => (message.state === "dead" && may(me, "message.requeue") ? <Button disabled={busy} onClick={() => again(message.id)}>{texts.requeue}</Button> : null) },
  ];
  return (
    <ListView
      name="messages"
      label={texts.tabs.messages}
      columns={columns}
      load={load}
      idOf={(message) => message.id}
      initial={{} as Query}
      filters={[
        { name: "no", label: texts.ticket, kind: "text", least: LEAST, hint: texts.ticketHint(LEAST) },
        { name: "area", label: table.area, kind: "area" },
        { name: "state", label: texts.state, kind: "one", options: optionsOf(names.Standing) },
      ]}
      exported="messages"
    />
  );
}
