import { toFault } from '../backend/fault.ts';
import type { Fault } from '../backend/types.ts';
import { size, t } from '../i18n/index.ts';

/** What is wrong, and what to do, in the user's language. */
export function faultText(error: unknown, address = ''): string {
  const fault = isFault(error) ? error : toFault(error);
  const { name, reason, message, max } = fault;
  switch (name) {
    case 'JidError':
      return t('faultAddress');
    case 'SaslError':
      return reason === 'credentials-expired' ? t('faultExpired') : t('faultPassword');
    case 'ConnectionError':
      if (reason === 'dns') return t('faultNotFound', { domain: address.replace(/.*@/, '') });
      return reason === 'certificate' || reason === 'tls' ? t('faultCertificate') : t('faultUnreachable');
    case 'DisconnectedError':
    case 'TimeoutError':
      return t('faultOffline');
    case 'StoreError':
      return reason === 'full' ? t('faultFull') : t('faultStore', { message });
    case 'UploadError':
      if (reason === 'no-service') return t('faultNoUpload');
      if (reason === 'too-large' && max !== undefined) return t('faultTooLarge', { max: size(max) });
      return t('faultUpload', { message });
    case 'TabClosed':
      return t('faultTabClosed');
    default:
      return t('faultOther', { message });
  }
}

function isFault(error: unknown): error is Fault {
  return typeof error === 'object' && error !== null && !(error instanceof Error) && 'message' in error;
}
