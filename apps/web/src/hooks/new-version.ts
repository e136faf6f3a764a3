import { useEffect, useState } from 'react';

/** Whether the page has been replaced by a newer one since it was loaded, which shows when it is loaded again. */
export function useNewVersion(): boolean {
  const [isNew, setNew] = useState(false);
  useEffect(() => {
    const worker = navigator.serviceWorker as ServiceWorkerContainer | undefined;
    // The first one takes over a page that had none.
    if (worker?.controller == null) return;
    const changed = (): void => setNew(true);
    worker.addEventListener('controllerchange', changed);
    return () => worker.removeEventListener('controllerchange', changed);
  }, []);
  return isNew;
}
