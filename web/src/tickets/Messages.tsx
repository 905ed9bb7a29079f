/** The messages that went out about a ticket: to whom (masked), why and how far. */

import { useQuery } from "@tanstack/react-query";

import { answered, api } from "../api/client";
import * as names from "../api/labels.gen";
import { label, useWords } from "../i18n";
import { Panel, Tag } from "../kit/pieces";
import { hm } from "../lib/format";
import { ticketWords } from "./words";

export function Messages({ id }: { id: string }): React.JSX.Element {
  const texts = useWords(ticketWords);
  const { data } = useQuery({
    queryKey: ["ticket", id, "messages"],
    queryFn: () => answered(api.GET("/api/v1/messages", { params: { query: { ticket_id: id, limit: 200 } } })),
  });
  const messages = data?.messages ?? [];
  return (
    <Panel title={texts.messages}>
      {messages.length === 0 ? <p className="soft">{texts.noMessages}</p> : null}
      <ul className="stack">
        {messages.map((message) => (
          <li key={message.id} className="row wrap small">
            <span>{hm(message.created_at)}</span>
            <span>{label(names.Occasion, message.occasion)}</span>
            <span className="soft">
              {label(names.Medium, message.channel)} {message.to_phone}
            </span>
            <Tag tone={message.state === "dead" ? "bad" : message.state === "delivered" ? "ok" : "plain"}>{label(names.Standing, message.state)}</Tag>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
