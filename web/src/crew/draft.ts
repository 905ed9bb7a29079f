/** What is typed on a form, kept sealed on the phone: a browser that is thrown out while the camera is open loses nothing. */

import { useCallback, useEffect, useRef, useState } from "react";

import { shelf } from "./desk";

const PAUSE_MS = 400;

export interface Draft<T> {
  value: T;
  change: (part: Partial<T>) => void;
  clear: () => void;
}

export function useDraft<T extends object>(name: string, first: T): Draft<T> {
  const [value, set] = useState(first);
  const touched = useRef(false);
  const latest = useRef(first);
  latest.current = value;
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const keep = useCallback((draft: T | null) => void shelf().keep(`draft/${name}`, draft), [name]);
  useEffect(() => {
    void shelf()
      .kept<T>(`draft/${name}`)
      .then((kept) => {
        if (kept !== null && !touched.current) set((now) => ({ ...now, ...kept }));
      });
    return () => {
      if (timer.current === undefined) return;
      clearTimeout(timer.current);
      keep(latest.current);
    };
  }, [name, keep]);
  const change = (part: Partial<T>): void => {
    touched.current = true;
    set((now) => ({ ...now, ...part }));
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      timer.current = undefined;
      keep(latest.current);
    }, PAUSE_MS);
  };
  const clear = (): void => {
    clearTimeout(timer.current);
    timer.current = undefined;
    keep(null);
  };
  return { value, change, clear };
}
