/** The server's words as choices. */

import { label } from "../i18n";
import type { Option } from "./Checks";

export function optionsOf(names: Readonly<Record<string, string>>, only?: readonly string[]): Option[] {
  return (only ?? Object.keys(names)).map((value) => ({ value, text: label(names, value) }));
}
