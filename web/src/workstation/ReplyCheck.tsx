/** 回单自检: what the auditor would find is told while the reply is written, before it is sent. */

import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import { answered, api, type Schemas, type Ticket } from "../api/client";
import { useWords } from "../i18n";
import { Tag, type TagTone } from "../kit/pieces";
import { now } from "../lib/clock";
import { actionWords } from "./actionWords";
import { FORMS, lacks, type Values } from "./forms";
import { callOf } from "./requests";

const PAUSE_MS = 500; // after the last key

const TONES: Readonly<Record<Schemas["Severity"], TagTone>> = { high: "bad", medium: "warn", low: "plain" };

/** The value once it has stood still. */
function useStill<T>(value: T): T {
  const [still, setStill] = useState(value);
  useEffect(() => {
    const waiting = setTimeout(() => setStill(value), PAUSE_MS);
    return () => clearTimeout(waiting);
  }, [value]);
  return still;
}

export function ReplyCheck({ ticket, values }: { ticket: Ticket; values: Values }): React.JSX.Element | null {
  const texts = useWords(actionWords);
  const still = useStill(values);
  const whole = Object.keys(lacks(FORMS.reply ?? [], still)).length === 0;
  const { data } = useQuery({
    queryKey: ["replyCheck", ticket.id, still],
    enabled: whole,
    queryFn: () => {
      const call = callOf("reply", ticket, still, now());
      const body = (call as Extract<typeof call, { command: "reply" }>).body;
      return answered(api.POST("/api/v1/tickets/{ticket_id}/reply/check", { params: { path: { ticket_id: ticket.id } }, body }));
    },
  });
  if (!whole) return null;
  if (data === undefined) return <p className="soft small" role="status">{texts.checking}</p>;
  return (
    <div className="stack small" role="status">
      {data.refused ? <p className="refused">✖ {texts.refused}</p> : data.audited ? <p className="warned">▲ {texts.audited}</p> : <p className="check-ok">✓ {texts.checkOk}</p>}
      <ul className="stack">
        {data.defects.map((defect) => (
          <li key={defect.field + defect.message}>
            <Tag tone={TONES[defect.severity]}>{texts.severity[defect.severity]}</Tag> {defect.message}
            <div className="soft">{defect.remedy}</div>
          </li>
        ))}
      </ul>
    </div>
  );
}
