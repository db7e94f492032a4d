import type { Socket } from 'node:net';

interface Handle {
  /** What carries it, such as the TCP handle below TLS. */
  _parent?: Handle;
  close(closed?: () => void): void;
  reset?(closed?: () => void): unknown;
}

/**
 * From here on a connection that is destroyed, as at a time-out, is reset (RST) and no longer closed (FIN). After a close
 * the kernel goes on sending what the other side has not confirmed yet, for up to a hundred seconds and also when the
 * process is gone: a network that was cut meanwhile would deliver a write long after it counts as one that never can. A
 * reset throws it away. What a proxy has taken by then is out of reach. A connection that HTTP ends after a complete
 * answer closes as ever.
 *
 * Node.js offers that for sockets without TLS alone (`resetAndDestroy`). TLS on a socket of our own would lead there,
 * but crashes Node.js when that socket goes on to its second address, and hides its phases from the time-outs. So the
 * handle below TLS is taken from where Node.js 20 to 26 keep it, though nothing documents that; where there is none, the
 * connection is closed.
 */
export function resetWhenDestroyed(socket: Socket): void {
  let handle = (socket as { _handle?: Handle | null })._handle;
  while (handle?._parent) handle = handle._parent;
  const tcp = handle;
  if (!tcp?.reset) return;
  const close = tcp.close.bind(tcp);
  const reset = tcp.reset.bind(tcp);
  // While an end is under way the system is not asked for a reset: libuv refuses it, and the handle never closes then.
  tcp.close = (closed) => void (socket.writableEnded ? close(closed) : reset(closed));
}
