import { useEffect, useRef, useState } from 'react';

/** Records what the microphone hears. */
export interface Recorder {
  /** How long it has recorded; undefined when it does not. */
  readonly seconds: number | undefined;
  readonly fault: string | undefined;
  start(): void;
  /** Ends it, and gives the file away. */
  finish(): void;
  discard(): void;
}

/** What browsers can record, the one first that most others can play. */
const types = ['audio/mp4', 'audio/webm;codecs=opus', 'audio/ogg;codecs=opus'];

/** Records voice messages. */
export function useRecorder(onFile: (file: File) => void): Recorder {
  const [seconds, setSeconds] = useState<number>();
  const [fault, setFault] = useState<string>();
  const running = useRef<{ recorder: MediaRecorder; wanted: boolean }>(undefined);
  const give = useRef(onFile);
  give.current = onFile;

  const recording = seconds !== undefined;
  useEffect(() => {
    if (!recording) return;
    const began = Date.now();
    const timer = setInterval(() => setSeconds((Date.now() - began) / 1000), 250);
    return () => clearInterval(timer);
  }, [recording]);
  useEffect(() => () => end(false), []);

  async function begin(): Promise<void> {
    setFault(undefined);
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    const type = types.find((one) => MediaRecorder.isTypeSupported(one));
    const recorder = new MediaRecorder(stream, type === undefined ? {} : { mimeType: type });
    const parts: Blob[] = [];
    const run = { recorder, wanted: false };
    running.current = run;
    recorder.addEventListener('dataavailable', ({ data }) => parts.push(data));
    recorder.addEventListener('stop', () => {
      for (const track of stream.getTracks()) track.stop();
      setSeconds(undefined);
      const [mediaType = ''] = recorder.mimeType.split(';');
      const ending = { 'audio/mp4': 'm4a', 'audio/ogg': 'ogg' }[mediaType] ?? 'webm';
      const stamp = new Date().toISOString().slice(0, 19).replaceAll(':', '-');
      if (run.wanted && parts.length > 0)
        give.current(new File(parts, `voice-${stamp}.${ending}`, { type: mediaType }));
    });
    recorder.start(1000);
    setSeconds(0);
  }

  function end(wanted: boolean): void {
    const run = running.current;
    running.current = undefined;
    if (run === undefined || run.recorder.state === 'inactive') return;
    run.wanted = wanted;
    run.recorder.stop();
  }

  return {
    seconds,
    fault,
    start: () =>
      void begin().catch((error: unknown) => setFault(error instanceof Error ? error.message : String(error))),
    finish: () => end(true),
    discard: () => end(false),
  };
}
