import type { Attachment } from '@xeps/im';

/** What a file is shown as. */
export type AttachmentKind = 'picture' | 'audio' | 'video' | 'file';

const endings: Readonly<Record<string, AttachmentKind>> = {
  ...Object.fromEntries(['png', 'jpg', 'jpeg', 'gif', 'webp', 'avif'].map((name) => [name, 'picture'])),
  ...Object.fromEntries(['mp3', 'm4a', 'ogg', 'oga', 'opus', 'wav', 'flac', 'weba'].map((name) => [name, 'audio'])),
  ...Object.fromEntries(['mp4', 'webm', 'ogv', 'mov'].map((name) => [name, 'video'])),
};

/** By what its sender says of it, else by its name. SVG is a document, and shown as a file. */
export function attachmentKind({ mediaType, url }: Pick<Attachment, 'mediaType' | 'url'>): AttachmentKind {
  if (mediaType === 'image/svg+xml') return 'file';
  const [kind] = mediaType?.split('/') ?? [];
  if (kind === 'image') return 'picture';
  if (kind === 'audio' || kind === 'video') return kind;
  if (mediaType !== undefined) return 'file';
  const ending = /\.([a-z0-9]{2,5})$/i.exec(URL.canParse(url) ? new URL(url).pathname : '')?.[1]?.toLowerCase();
  return (ending !== undefined && endings[ending]) || 'file';
}

/** What it is called: by its sender, or the last part of its address. */
export function attachmentName({ name, url }: Pick<Attachment, 'name' | 'url'>): string {
  if (name !== undefined && name !== '') return name;
  const last = URL.canParse(url) ? new URL(url).pathname.split('/').at(-1) : undefined;
  try {
    return decodeURIComponent(last || url);
  } catch {
    return last || url;
  }
}
