/** The 督办单 of the ticket: who has to answer by when, and what was answered. */

import { Addressee } from "../api/labels.gen";
import type { Ticket } from "../api/client";
import { label, useWords } from "../i18n";
import { Panel, Tag } from "../kit/pieces";
import { hm } from "../lib/format";
import { deskWords } from "./words";

export function Supervisions({ ticket }: { ticket: Ticket }): React.JSX.Element | null {
  const texts = useWords(deskWords);
  const orders = ticket.supervisions ?? [];
  if (orders.length === 0) return null;
  return (
    <Panel title={texts.supervised}>
      <ul className="stack small">
        {orders.map((order) => (
          <li key={order.no}>
            <div className="row wrap">
              <strong>{texts.supervision(order.no, label(Addressee, order.addressee))}</strong>
              {order.answered_at ? (
                <Tag tone={order.late ? "warn" : "ok"}>
                  {texts.answered} {hm(order.answered_at)}
                </Tag>
              ) : (
                <Tag tone="bad">{hm(order.due_at)}</Tag>
              )}
            </div>
            <div>{order.reason}</div>
            {order.answer ? <div className="soft">{order.answer}</div> : null}
          </li>
        ))}
      </ul>
    </Panel>
  );
}
