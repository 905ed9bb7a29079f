/** 运行状况: whether the server can serve, part by part, with the remedy where something is wrong. */

import { useQuery } from "@tanstack/react-query";

import type { Schemas } from "../api/client";
import { refusal, unreachable } from "../api/errors";
import { language, useWords } from "../i18n";
import { Panel, Tag } from "../kit/pieces";
import { useStore } from "../lib/store";
import { Failed } from "../tables/DataTable";
import { adminWords } from "./words";

type Ready = Schemas["Ready"];
const AGAIN_MS = 10_000;

/** A server that is not ready says so with 503 and the same body. */
async function ask(): Promise<Ready> {
  const response = await fetch("/health/ready").catch(() => {
    throw unreachable();
  });
  return (await response.json().catch(() => {
    throw refusal(response.status, null); // a proxy's page
  })) as Ready;
}

export function Health(): React.JSX.Element {
  const texts = useWords(adminWords);
  const tongue = useStore(language);
  const { data, error, refetch } = useQuery({ queryKey: ["health"], queryFn: ask, refetchInterval: AGAIN_MS });
  const parts = { database: texts.database, feed: texts.feed, areas: texts.areas, fleet: texts.fleet, messages: texts.messages, planner: texts.planner } as Readonly<Record<string, string>>;
  if (error !== null) return <Failed error={error} again={() => void refetch()} />;
  return (
    <Panel title={data === undefined ? "…" : data.ready ? `✓ ${texts.ready}` : `✖ ${texts.notReady}`} aside={<span className="soft small">{texts.ping}</span>}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{texts.part}</th>
            <th scope="col">{texts.state}</th>
            <th scope="col">{texts.said2}</th>
          </tr>
        </thead>
        <tbody>
          {Object.entries(data?.parts ?? {}).map(([name, part]) => (
            <tr key={name}>
              <th scope="row">{parts[name] ?? name}</th>
              <td>
                <Tag tone={part.ok ? "ok" : "bad"}>{part.ok ? `✓ ${texts.ok}` : `✖ ${texts.notOk}`}</Tag>
              </td>
              <td>{tongue === "en" ? part.english : part.said}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}
