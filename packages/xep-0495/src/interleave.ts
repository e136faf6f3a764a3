/**
 * Sorts the addresses of one host so that the families alternate, IPv6 first (§4.3, RFC 8305 §4). Within a family they
 * stay in their order. To keep the order that SRV weights gave, sort the addresses of each host apart.
 */
/* @__NO_SIDE_EFFECTS__ */
export function interleaveAddresses(addresses: readonly string[]): string[] {
  const isSix = (address: string): boolean => address.includes(':');
  const four = addresses.filter((address) => !isSix(address));
  const six = addresses.filter(isSix);
  return addresses.flatMap((_, index) => [...six.slice(index, index + 1), ...four.slice(index, index + 1)]);
}
