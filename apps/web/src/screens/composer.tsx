import { lazy, Suspense, useEffect, useImperativeHandle, useLayoutEffect, useRef, useState } from 'react';
import type { ClipboardEvent, KeyboardEvent, ReactNode, Ref } from 'react';
import { Mic, Paperclip, SendHorizontal, Square, Trash2, X } from 'lucide-react';
import type { Message } from '@xeps/im';
import { useAccount, useName } from '../hooks/account.tsx';
import { useRecorder } from '../hooks/recorder.ts';
import { useSettings } from '../hooks/settings.tsx';
import { percent, t } from '../i18n/index.ts';
import { IconButton } from '../ui/basics.tsx';
import { faultText } from '../ui/fault-text.ts';
import { clock } from '../ui/media.tsx';
import type { Uploads } from '../hooks/uploads.ts';

const ComposerHelp = lazy(() => import('./composer-help.tsx').then((module) => ({ default: module.ComposerHelp })));

/** What one writes is about. */
export type About = { readonly kind: 'reply' | 'edit'; readonly message: Message } | undefined;

/** What the rest of the conversation may do with the input line. */
export interface ComposerHandle {
  focus(): void;
}

/** Where one writes. What was written and not sent is kept, with the conversation. */
export function Composer({
  address,
  name,
  draft,
  about,
  uploads,
  onAbout,
  onEditLast,
  ref,
}: {
  readonly address: string;
  readonly name: string;
  readonly draft: string;
  readonly about: About;
  readonly uploads: Uploads;
  onAbout(about: About): void;
  onEditLast(): void;
  readonly ref?: Ref<ComposerHandle>;
}): ReactNode {
  const { api } = useAccount();
  const { settings } = useSettings();
  const input = useRef<HTMLTextAreaElement>(null);
  const files = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(() => unsaved(address) ?? draft);
  const [fault, setFault] = useState<unknown>();
  /** What was in the line before an edit took its place. */
  const kept = useRef('');
  const recorder = useRecorder((file) => uploads.add([file]));

  useImperativeHandle(ref, () => ({ focus: () => input.current?.focus() }), []);

  // As high as its text.
  useLayoutEffect(() => {
    const line = input.current;
    if (line === null) return;
    line.style.blockSize = 'auto';
    line.style.blockSize = `${Math.min(line.scrollHeight, 200)}px`;
  }, [text]);

  const editing = about?.kind === 'edit' ? about.message : undefined;
  useEffect(() => {
    if (editing === undefined) return;
    setText((before) => {
      kept.current = before;
      return editing.text;
    });
    input.current?.focus();
    return () => setText(kept.current);
  }, [editing]);
  useEffect(() => {
    if (about?.kind === 'reply') input.current?.focus();
  }, [about]);

  // Kept while one writes, and when one leaves.
  const current = useRef(text);
  current.current = editing === undefined ? text : kept.current;
  useEffect(() => {
    if (editing !== undefined) return;
    keepUnsaved(address, text);
    const save = async (): Promise<void> => {
      await api.setDraft(address, text);
      if (unsaved(address) === text) keepUnsaved(address, undefined);
    };
    const timer = setTimeout(() => void save().catch((error: unknown) => console.warn(error)), 400);
    return () => clearTimeout(timer);
  }, [api, address, text, editing]);
  useEffect(
    () => () => {
      // Who leaves the conversation.
      void api.setDraft(address, current.current).catch((error: unknown) => console.warn(error));
    },
    [api, address],
  );

  async function send(): Promise<void> {
    const said = text.trimEnd();
    if (said.trim() === '') return;
    setFault(undefined);
    try {
      if (editing !== undefined) {
        if (said !== editing.text) {
          const { attachments, content } = editing;
          await api.correct(editing.key, {
            text: said,
            ...(attachments.length > 0 && { attachments }),
            ...(content.spoiler !== undefined && { spoiler: content.spoiler }),
          });
        }
      } else {
        const message = { text: said, ...(about && { replyTo: about.message.key }) };
        await api.send(address, message);
        // Only now: what could not be stored stays in the line.
        setText('');
      }
      onAbout(undefined);
    } catch (error) {
      setFault(error);
    }
  }

  function pressed(event: KeyboardEvent<HTMLTextAreaElement>): void {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Enter' && (settings.enterSends ? !event.shiftKey : event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      void send();
    } else if (event.key === 'Escape' && about !== undefined) {
      event.preventDefault();
      event.stopPropagation();
      onAbout(undefined);
    } else if (event.key === 'ArrowUp' && text === '') {
      event.preventDefault();
      onEditLast();
    }
  }

  function pasted(event: ClipboardEvent): void {
    const found = Array.from(event.clipboardData.files);
    if (found.length === 0) return;
    event.preventDefault();
    uploads.add(found);
  }

  function insert(what: string): void {
    const line = input.current;
    const [start, end] = [line?.selectionStart ?? text.length, line?.selectionEnd ?? text.length];
    setText(text.slice(0, start) + what + text.slice(end));
    requestAnimationFrame(() => {
      line?.focus();
      line?.setSelectionRange(start + what.length, start + what.length);
    });
  }

  return (
    <div className="composer" id="composer">
      {about && <AboutBar about={about} onClose={() => onAbout(undefined)} />}
      <UploadList uploads={uploads} />
      <p role="alert" className="error">
        {fault !== undefined && faultText(fault, address)}
        {recorder.fault !== undefined && t('noMicrophone', { message: recorder.fault })}
      </p>
      {recorder.seconds !== undefined ? (
        <div className="line recording">
          <IconButton label={t('discardRecording')} onClick={recorder.discard}>
            <Trash2 aria-hidden size={20} />
          </IconButton>
          <span role="status" className="grow">
            <span className="live" aria-hidden /> {t('recording', { time: clock(recorder.seconds) })}
          </span>
          <IconButton className="primary" label={t('stopRecording')} onClick={recorder.finish}>
            <Square aria-hidden size={18} />
          </IconButton>
        </div>
      ) : (
        <div className="line">
          <IconButton label={t('attach')} onClick={() => files.current?.click()}>
            <Paperclip aria-hidden size={20} />
          </IconButton>
          <input
            ref={files}
            type="file"
            multiple
            hidden
            tabIndex={-1}
            aria-label={t('attach')}
            onChange={(event) => {
              uploads.add(Array.from(event.target.files ?? []));
              event.target.value = '';
            }}
          />
          <textarea
            ref={input}
            rows={1}
            dir="auto"
            aria-label={t('composer', { name })}
            placeholder={t('composerPlaceholder')}
            value={text}
            onChange={(event) => {
              setText(event.target.value);
              if (event.target.value !== '') void api.typing(address).catch(() => {});
            }}
            onKeyDown={pressed}
            onPaste={pasted}
          />
          <Suspense fallback={<span className="icon-button" />}>
            <ComposerHelp onEmoji={insert} />
          </Suspense>
          {text.trim() === '' && editing === undefined ? (
            <IconButton label={t('record')} onClick={recorder.start}>
              <Mic aria-hidden size={20} />
            </IconButton>
          ) : (
            <IconButton className="primary" label={editing ? t('sendEdit') : t('send')} onClick={() => void send()}>
              <SendHorizontal aria-hidden size={20} />
            </IconButton>
          )}
        </div>
      )}
    </div>
  );
}

/** What one writes, until it is in the store: a page that goes has no time for that. */
const unsavedKey = (address: string): string => `xeps-web draft ${address}`;

function unsaved(address: string): string | undefined {
  try {
    return sessionStorage.getItem(unsavedKey(address)) ?? undefined;
  } catch {
    return undefined;
  }
}

function keepUnsaved(address: string, text: string | undefined): void {
  try {
    if (text === undefined) sessionStorage.removeItem(unsavedKey(address));
    else sessionStorage.setItem(unsavedKey(address), text);
  } catch (error) {
    // It is too long, or nothing may be stored: it is in the line, and soon in the store.
    console.warn(error);
  }
}

function AboutBar({ about, onClose }: { readonly about: NonNullable<About>; onClose(): void }): ReactNode {
  const { message, kind } = about;
  const name = useName(message.author.address);
  return (
    <div className="about">
      <span>
        <strong>{kind === 'edit' ? t('editing') : t('replying', { name: message.outgoing ? t('you') : name })}</strong>
        <span dir="auto">{message.text.slice(0, 200) || t('file')}</span>
      </span>
      <IconButton label={t('cancel')} onClick={onClose}>
        <X aria-hidden size={18} />
      </IconButton>
    </div>
  );
}

function UploadList({ uploads }: { readonly uploads: Uploads }): ReactNode {
  if (uploads.list.length === 0) return null;
  return (
    <ul className="uploads">
      {uploads.list.map(({ id, name, share, fault }) => (
        <li key={id}>
          {fault === undefined ? (
            <>
              <span>{t('uploading', { name, percent: percent(share) })}</span>
              <progress max={1} value={share} aria-label={t('uploading', { name, percent: percent(share) })} />
            </>
          ) : (
            <>
              <span role="alert">
                {t('uploadFailed', { name })}: {faultText(fault)}
              </span>
              <button type="button" className="button small" onClick={() => uploads.retry(id)}>
                {t('retry')}
              </button>
            </>
          )}
          <IconButton label={t('cancelUpload')} onClick={() => uploads.cancel(id)}>
            <X aria-hidden size={18} />
          </IconButton>
        </li>
      ))}
    </ul>
  );
}
