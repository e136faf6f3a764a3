/**
 * XEP-0363: HTTP File Upload. Finds the server's upload service, asks for a slot, and puts a file there.
 *
 * @packageDocumentation
 */
export { uploadFile } from './actions.ts';
export type { Upload, UploadFile, UploadOptions } from './actions.ts';
export { UploadError } from './errors.ts';
export type { UploadErrorDetails, UploadFault } from './errors.ts';
export { findUploadService, httpUpload } from './plugin.ts';
export type { FindOptions, HttpUploadApi, UploadService } from './plugin.ts';
export { fetchPut, platformPut } from './put.ts';
export type { Put, PutRequest, UploadBody } from './put.ts';
export {
  fileTooLarge,
  NS_UPLOAD,
  NS_UPLOAD_PURPOSE,
  uploadHeader,
  uploadPurpose,
  uploadRequest,
  uploadRetry,
  uploadSlot,
  uploadSlotQuery,
} from './schema.ts';
export type {
  FileTooLarge,
  UploadHeader,
  UploadPurpose,
  UploadRequest,
  UploadRequestInput,
  UploadRetry,
  UploadSlot,
  UploadSlotInput,
} from './schema.ts';
export { allowedHeaders, checkUrl, requestSlot } from './slot.ts';
export type { CheckedSlot } from './slot.ts';
