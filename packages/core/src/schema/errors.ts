import { joinPath, XmppError } from '../errors.ts';

/** A value or an element does not fit its schema. `path` says where: `fin > set > first/@index`. */
export class CodecError extends XmppError {
  static override readonly brand = 'CodecError';
  readonly path: string;
  /** What is wrong there, without the path. */
  readonly detail: string;

  constructor(path: string, detail: string, options?: ErrorOptions) {
    super('ERR_XMPP_CODEC', `${path}: ${detail}`, options);
    this.path = path;
    this.detail = detail;
  }
}

/** A fault seen from one level further out: `segment` comes before its path. Paths thus cost nothing while all is well. */
export function withPath(segment: string, fault: unknown): CodecError {
  if (!(fault instanceof CodecError)) {
    return new CodecError(segment, fault instanceof Error ? fault.message : String(fault), { cause: fault });
  }
  const { path, detail, cause } = fault;
  return new CodecError(joinPath(segment, path), detail, { cause });
}
