import { jsonLine } from '../output.ts';
import { storedLine } from '../stored-message.ts';
import type { ExportContext, Format } from './format.ts';

/** JSON Lines, as `search` and `chat` write them. */
export function jsonlFormat({ own }: ExportContext): Format {
  return {
    begin: () => '',
    conversation: () => '',
    message: ({ message }) => jsonLine(storedLine(message, own)),
    end: () => '',
  };
}
