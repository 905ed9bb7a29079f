/** The head of what is printed: what it is, of which unit, under which filters, by whom and when, and whether it is all. */

import { useEffect, useState } from "react";
import { flushSync } from "react-dom";

import { useMe } from "../api/session";
import { useWords } from "../i18n";
import { now } from "../lib/clock";
import { full } from "../lib/format";
import { useAreas } from "./areas";
import { tableWords } from "./words";

interface Props {
  title: string;
  area?: string | undefined; // its code; the account's own if it is not said
  conditions?: readonly string[];
  rows?: string; // how many there are, and whether that is all
}

export function PrintHead({ title, area, conditions = [], rows }: Props): React.JSX.Element {
  const texts = useWords(tableWords);
  const { account } = useMe();
  const areas = useAreas();
  const at = usePrintedAt();
  return (
    <div className="print-head" aria-hidden="true">
      <h2>
        {title} · {areas.name(area ?? account.area)}
      </h2>
      <p>
        {texts.filters}:{conditions.join(";") || texts.noFilters}
      </p>
      <p>
        {texts.printedBy(`${account.name}(${account.login})`, full(at))}
        {rows === undefined ? "" : ` · ${rows}`}
      </p>
    </div>
  );
}

/** The instant of the last printing, by the server's clock. */
function usePrintedAt(): number {
  const [at, setAt] = useState(now);
  useEffect(() => {
    const printed = (): void => flushSync(() => setAt(now()));
    window.addEventListener("beforeprint", printed);
    return () => window.removeEventListener("beforeprint", printed);
  }, []);
  return at;
}
