import type { ComponentType, ReactNode } from 'react';

/** Stands in for `react-remove-scroll` (vite.config.ts): renders what is within, and locks nothing. */
export function RemoveScroll({
  as: Component,
  allowPinchZoom: _zoom,
  shards: _shards,
  enabled: _enabled,
  ...rest
}: {
  readonly as: ComponentType<{ readonly children?: ReactNode }>;
  readonly allowPinchZoom?: boolean;
  readonly shards?: unknown;
  readonly enabled?: boolean;
  readonly children?: ReactNode;
}): ReactNode {
  return <Component {...rest} />;
}
