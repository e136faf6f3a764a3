/** Files of messages. Nothing is fetched from anywhere before the user has said so: whoever has the file learns who asks. */
import { useEffect, useMemo, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { Download, FileText, Image, Mic, Pause, Play, Video } from 'lucide-react';
import type { Attachment } from '@xeps/im';
import { size as sizeText, t } from '../i18n/index.ts';
import { attachmentKind, attachmentName } from './attachment.ts';
import type { AttachmentKind } from './attachment.ts';

const icons: Readonly<Record<AttachmentKind, typeof Image>> = {
  picture: Image,
  audio: Mic,
  video: Video,
  file: FileText,
};

/** A file: a picture, a player, or what it is and where to get it. */
export function Media({
  attachment,
  allowed,
}: {
  readonly attachment: Attachment;
  /** The user has nothing against its being fetched. */
  readonly allowed: boolean;
}): ReactNode {
  const kind = attachmentKind(attachment);
  const [asked, setAsked] = useState(false);
  const [failed, setFailed] = useState(false);
  const name = attachmentName(attachment);
  const host = URL.canParse(attachment.url) ? new URL(attachment.url).host : '';
  if (kind === 'file' || failed) return <FileLink attachment={attachment} name={name} failed={failed} />;
  if (!allowed && !asked) {
    const Icon = icons[kind];
    return (
      <button type="button" className="media-ask" onClick={() => setAsked(true)}>
        <Icon aria-hidden size={22} />
        <span>
          {t('showMedia', { kind: t(kind), host })}
          <small>{attachment.size === undefined ? t('sizeUnknown') : sizeText(attachment.size)}</small>
        </span>
      </button>
    );
  }
  const fail = (): void => setFailed(true);
  if (kind === 'picture') return <Picture attachment={attachment} name={name} onFail={fail} />;
  if (kind === 'audio') return <Audio attachment={attachment} name={name} onFail={fail} />;
  return (
    // What is said in a video that somebody sends, nobody has written down.
    <video className="video" src={attachment.url} controls preload="metadata" aria-label={name} onError={fail} />
  );
}

function FileLink({ attachment, name, failed }: { attachment: Attachment; name: string; failed: boolean }): ReactNode {
  return (
    <a
      className="file"
      href={attachment.url}
      target="_blank"
      rel="noopener noreferrer"
      aria-label={t('download', { name })}
    >
      <Download aria-hidden size={20} />
      <span>
        <bdi>{name}</bdi>
        <small>
          {failed ? t('mediaFailed') : attachment.size === undefined ? t('sizeUnknown') : sizeText(attachment.size)}
        </small>
      </span>
    </a>
  );
}

function Picture({ attachment, name, onFail }: { attachment: Attachment; name: string; onFail(): void }): ReactNode {
  const { url, width, height, description } = attachment;
  const known = width !== undefined && height !== undefined && width > 0 && height > 0;
  return (
    <a className="picture" href={url} target="_blank" rel="noopener noreferrer" aria-label={t('openPicture', { name })}>
      <img
        src={url}
        alt={description ?? name}
        loading="lazy"
        referrerPolicy="no-referrer"
        {...(known && { width, height, style: { aspectRatio: `${width} / ${height}` } })}
        onError={onFail}
      />
    </a>
  );
}

/** Bars of a waveform. */
const bars = 40;

function Audio({ attachment, name, onFail }: { attachment: Attachment; name: string; onFail(): void }): ReactNode {
  const audio = useRef<HTMLAudioElement>(null);
  const [playing, setPlaying] = useState(false);
  const [at, setAt] = useState(0);
  const [length, setLength] = useState(0);
  const [speed, setSpeed] = useState(1);
  const wave = useWaveform(attachment.url, setLength, onFail);
  const src = wave?.object;

  function toggle(): void {
    const player = audio.current;
    if (player === null) return;
    if (player.paused) player.play().catch(onFail);
    else player.pause();
  }
  function faster(): void {
    const next = speed >= 2 ? 1 : speed + 0.5;
    setSpeed(next);
    if (audio.current !== null) audio.current.playbackRate = next;
  }

  return (
    <div className="audio" role="group" aria-label={`${t('voiceMessage')}: ${name}`}>
      <audio
        ref={audio}
        src={src}
        onPlay={() => setPlaying(true)}
        onPause={() => setPlaying(false)}
        onTimeUpdate={(event) => setAt(event.currentTarget.currentTime)}
        onError={() => src && onFail()}
      />
      <button
        type="button"
        className="icon-button primary"
        aria-label={playing ? t('pause') : t('play')}
        disabled={!src}
        onClick={toggle}
      >
        {playing ? <Pause aria-hidden size={20} /> : <Play aria-hidden size={20} />}
      </button>
      <div className="wave">
        <svg viewBox={`0 0 ${bars * 3} 32`} preserveAspectRatio="none" aria-hidden>
          {(wave?.peaks ?? Array.from({ length: bars }, () => 0.06)).map((peak, bar) => (
            <rect
              // The bars have no other name than their place.
              // eslint-disable-next-line react/no-array-index-key
              key={bar}
              x={bar * 3}
              width={2}
              y={16 - peak * 15}
              height={Math.max(1, peak * 30)}
              rx={1}
              data-played={length > 0 && bar / bars < at / length}
            />
          ))}
        </svg>
        <input
          type="range"
          aria-label={t('position')}
          min={0}
          max={length || 1}
          step={0.1}
          value={at}
          aria-valuetext={clock(at)}
          onChange={(event) => {
            if (audio.current !== null) audio.current.currentTime = Number(event.target.value);
          }}
        />
      </div>
      <span className="clock">{clock(playing || at > 0 ? at : length)}</span>
      <button type="button" className="button small" aria-label={t('speed', { speed })} onClick={faster}>
        {speed}×
      </button>
    </div>
  );
}

/** `1:05` */
export function clock(seconds: number): string {
  const whole = Math.round(Number.isFinite(seconds) ? seconds : 0);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

/** Bytes of audio that are read to draw its wave. */
const mostBytes = 32 * 1024 * 1024;

/** How loud it is, in so many parts, from 0 to 1; the file itself stays in memory, as it has been fetched. */
function useWaveform(
  url: string,
  onLength: (seconds: number) => void,
  onFail: () => void,
): { readonly peaks: readonly number[]; readonly object: string } | undefined {
  const [wave, setWave] = useState<{ readonly peaks: readonly number[]; readonly object: string }>();
  const handlers = useMemo(() => ({ onLength, onFail }), [onLength, onFail]);
  const latest = useRef(handlers);
  latest.current = handlers;
  useEffect(() => {
    const stop = new AbortController();
    let object: string | undefined;
    const read = async (): Promise<void> => {
      const response = await fetch(url, { signal: stop.signal, credentials: 'omit', referrerPolicy: 'no-referrer' });
      if (!response.ok || Number(response.headers.get('content-length') ?? 0) > mostBytes)
        throw new Error(`${url}: HTTP ${response.status}`);
      const blob = await response.blob();
      const context = new OfflineAudioContext(1, 8000, 8000);
      const decoded = await context.decodeAudioData(await blob.arrayBuffer());
      object = URL.createObjectURL(blob);
      latest.current.onLength(decoded.duration);
      setWave({ peaks: peaksOf(decoded.getChannelData(0)), object });
    };
    read().catch((error: unknown) => {
      if (stop.signal.aborted) return;
      console.warn(error);
      latest.current.onFail();
    });
    return () => {
      stop.abort();
      if (object !== undefined) URL.revokeObjectURL(object);
    };
  }, [url]);
  return wave;
}

function peaksOf(samples: Float32Array): readonly number[] {
  const step = Math.max(1, Math.floor(samples.length / bars));
  const peaks = Array.from({ length: bars }, (_, bar) => {
    let sum = 0;
    for (let at = bar * step; at < (bar + 1) * step && at < samples.length; at += 1) sum += samples[at]! ** 2;
    return Math.sqrt(sum / step);
  });
  const loudest = Math.max(0.01, ...peaks);
  return peaks.map((peak) => peak / loudest);
}
