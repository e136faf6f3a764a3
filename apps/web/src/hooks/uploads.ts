import { useEffect, useRef, useState } from 'react';
import { platformPut, UploadError } from '@xeps/xep-0363';
import type { Attachment } from '@xeps/im';
import type { LinkedAccount } from '../backend/link.ts';
import { toFault } from '../backend/fault.ts';
import { useAccount } from './account.tsx';

/** A file on its way. */
export interface Upload {
  readonly id: string;
  readonly name: string;
  /** From 0 to 1. */
  readonly share: number;
  readonly fault?: unknown;
}

/** Files on their way to a conversation. */
export interface Uploads {
  readonly list: readonly Upload[];
  /** Uploads files, and sends each when it is there. */
  add(files: readonly File[]): void;
  retry(id: string): void;
  cancel(id: string): void;
}

interface Running {
  readonly file: File;
  stop: AbortController;
}

/** Sends files to a conversation: each goes on when the conversation is left, and is given up with the page. */
export function useUploads(address: string): Uploads {
  const account = useAccount();
  const [list, setList] = useState<readonly Upload[]>([]);
  const running = useRef(new Map<string, Running>());
  const mounted = useRef(true);
  useEffect(() => {
    mounted.current = true;
    return () => void (mounted.current = false);
  }, []);

  const change = (id: string, part: Partial<Upload> | undefined): void => {
    if (!mounted.current) return;
    setList((before) =>
      part === undefined
        ? before.filter((one) => one.id !== id)
        : before.map((one) => (one.id === id ? { ...one, ...part } : one)),
    );
  };

  function begin(id: string, { file, stop }: Running): void {
    upload(account, file, stop.signal, (share) => change(id, { share }))
      .then((attachment) => account.api.send(address, { text: '', attachments: [attachment] }))
      .then(() => {
        running.current.delete(id);
        change(id, undefined);
      })
      .catch((fault: unknown) => {
        if (!stop.signal.aborted) change(id, { fault });
      });
  }

  return {
    list,
    add(files) {
      for (const file of files) {
        const id = crypto.randomUUID();
        const run = { file, stop: new AbortController() };
        running.current.set(id, run);
        setList((before) => [...before, { id, name: file.name, share: 0 }]);
        begin(id, run);
      }
    },
    retry(id) {
      const run = running.current.get(id);
      if (run === undefined) return;
      run.stop = new AbortController();
      setList((before) =>
        before.map(({ id: other, name, share, fault }) =>
          other === id ? { id, name, share: 0 } : { id: other, name, share, fault },
        ),
      );
      begin(id, run);
    },
    cancel(id) {
      running.current.get(id)?.stop.abort();
      running.current.delete(id);
      change(id, undefined);
    },
  };
}

async function upload(
  { api }: LinkedAccount,
  file: File,
  signal: AbortSignal,
  onShare: (share: number) => void,
): Promise<Attachment> {
  const { name, size, type } = file;
  const slot = await api.slot({ name, size, type });
  signal.throwIfAborted();
  const headers = type === '' ? slot.headers : [...slot.headers, ['Content-Type', type] as const];
  const status = await platformPut()({
    url: slot.put,
    headers,
    body: file,
    size,
    signal,
    onProgress: (sent) => onShare(size === 0 ? 1 : sent / size),
  });
  if (status < 200 || status > 299)
    throw new UploadError('http', `the server answered with HTTP status ${status}`, { status });
  const picture = await dimensions(file).catch((error: unknown) => void console.warn(toFault(error).message));
  return {
    url: slot.get,
    name,
    size,
    ...(type !== '' && { mediaType: type }),
    ...picture,
    inline: /^(?:image|audio|video)\//.test(type),
  };
}

/** Of a picture, so that its place is there before it is. */
async function dimensions(file: File): Promise<Pick<Attachment, 'width' | 'height'> | undefined> {
  if (!file.type.startsWith('image/') || file.type === 'image/svg+xml') return undefined;
  const { width, height, close } = await createImageBitmap(file).then((bitmap) => ({
    width: bitmap.width,
    height: bitmap.height,
    close: () => bitmap.close(),
  }));
  close();
  return { width, height };
}
